"""感知识别 sense: files in the inbox become records, with every row accounted for. Writes schema ``sense`` and no other."""
