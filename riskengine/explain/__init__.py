"""Why a warning stands, or why there is none: the whole chain for one rule, subject and night."""
