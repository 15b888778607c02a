"""考核: what a year costs every unit, each point traced, and units and places compared so that good reporters do not look bad."""
