"""What each key of ``deliveries.yaml`` means: a part of :data:`~riskengine.rulebook.meanings.MEANINGS`."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["DELIVERIES"]

DELIVERIES: Mapping[str, Mapping[str, str]] = {
    "Deliveries": {
        "channels": "渠道，一条一种送法",
        "retry": "没送到的隔多久再送",
        "quiet": "免打扰的时段，其间的消息等到时段过后再送",
        "drill": "每月演练",
    },
    "Channel": {
        "id": "编号，不再改",
        "kind": "folder 文件夹，mail 邮件，wecom 企业微信群机器人，dingtalk 钉钉群机器人，feishu 飞书群机器人",
        "active": "false 表示停用：不再产生、也不再发送消息",
        "to": "送给谁、送到哪里：单位编号: 地址；county 是全县的总清单，* 是没有另写的每个单位。地址是文件夹、邮箱或 env:环境变量名；机器人的地址只能写 env:",
        "send": "送什么：digest 摘要，lists 清单，papers 公文；机器人只送摘要",
        "levels": "摘要只说哪些等级的预警；一件也没有的单位当夜不送",
        "weekdays": "只送星期几的夜（1 是星期一，7 是星期日）",
        "server": "邮件服务器",
        "port": "端口；不写时 starttls 用 587，tls 用 465，none 用 25",
        "security": "邮件的加密：starttls，tls，none 不加密（只用于本机或内网中继，不能带密码）；不写是 starttls",
        "from": "发件邮箱",
        "user": "登录邮件服务器的账号",
        "password": "登录密码，只能写 env:环境变量名",
        "secret": "钉钉、飞书机器人的加签密钥，只能写 env:环境变量名",
        "timeout": "对方多少秒不答就算没送到",
    },
    "Retry": {
        "minutes": "第一次没送到，过多少分钟再送；以后每次加倍",
        "hours": "加倍到多少小时为止",
        "days": "排队多少天还没送到就搁置；搁置的不丢，riskengine deliver --again 再送",
    },
    "Quiet": {
        "from": "从几点起（北京时间），加引号",
        "until": "到几点止，加引号；可以跨过零点",
    },
    "Drill": {
        "day": "每月哪一夜；当月没有这一天的，是最后一天",
        "within": "几天内签收",
        "says": "演练行上写什么",
    },
}
"""Model → key → meaning."""
