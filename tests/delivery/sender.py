"""A process of its own that delivers the night: to be killed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from riskengine.delivery.send import deliver
from riskengine.workspace import Workspace
from tests.delivery.county import MORNING, NIGHT, book

if __name__ == "__main__":
    run = deliver(Workspace.at(Path(sys.argv[1])), book(*json.loads(sys.argv[2])), lambda: MORNING, NIGHT)
    print(run.sent)
