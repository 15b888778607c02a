"""``python -m riskengine`` is the console script ``riskengine``."""

from riskengine.cli import main

main()
