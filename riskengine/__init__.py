"""riskengine: a risk early-warning rule engine run as scheduled jobs.

One night is the loop 感知识别 sense → 研判预警 assess → 管控干预 intervene → 评估反馈 review.
It scores places, matters, projects, units and indicators; it never scores a person.
"""

__version__ = "0.4.0"
