"""Prefect lives here and nowhere else: one short file a job, no logic in it.

Prefect reads its settings when it is first imported, so they are laid down here, before any module of this
package imports it.
"""

from flows.quiet import prepare
from flows.settings import settle

settle()
prepare()
