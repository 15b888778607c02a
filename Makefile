# Everything a newcomer types. .venv is made once and made again only when what it is made of changes; afterwards no network is needed.
.DEFAULT_GOAL := help
.PHONY: help setup run sample test rules mutations lint real quarter bench clean distclean

VENV   := .venv
PY     := $(VENV)/bin/python
RISK   := $(VENV)/bin/riskengine
STAMP  := $(VENV)/.made
DAY    := 2026-06-30
FROM   := 2026-03-01
UNTIL  := 2026-06-29

# The night of the sample date meets one broken file, as a real one does: exit 4 means "the night is finished and one office must send
# its file again". Any other code is a failure.
FINISHED = || { code=$$?; [ $$code -eq 4 ] || exit $$code; }

help:  ## 显示本说明 / this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

setup: $(STAMP)  ## 建立 .venv / set up .venv

$(STAMP): requirements.lock pyproject.toml .ci/find-python
	@python="$$(./.ci/find-python)" || exit 1; \
	echo "正在用 $$python 建立 .venv（只在第一次或依赖变化时）… / setting up .venv with $$python"; \
	if ! [ -x $(PY) ] || ! $(PY) -c 'import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null; then \
	  rm -rf $(VENV) && "$$python" -m venv $(VENV) || exit 1; \
	fi; \
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock && \
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --editable . || { \
	  echo "依赖没有装上：请检查软件源（pip index）是否可用，再运行一次。 Packages could not be installed: check the package index and run again." >&2; exit 1; }
	@touch $@

sample: setup  ## 生成云川县样例数据 / make the sample county's files
	@[ -f data/inbox/.made ] && [ data/inbox/.made -nt data/sample/__main__.py ] || { \
	  echo "正在生成样例县的来文…"; $(PY) -m data.sample --workspace . && touch data/inbox/.made; }

# The units answer the lists of the evening before, so that the sample night also reads receipts.
run: sample  ## 跑样例县的一夜 / run the nightly flow on the sample county
	@$(RISK) fill --from $(FROM) --to $(UNTIL) --workspace . $(FINISHED)
	@[ -f data/outbox/$(DAY)/run.json ] || $(PY) -m data.sample --receipts --workspace . --as-of $(UNTIL)
	@$(PY) -m flows.nightly --as-of $(DAY) --workspace . $(FINISHED)
	@$(RISK) review --truth data/sample/truth.csv --as-of $(DAY) --workspace .
	@echo && echo "清单在 / lists in: data/outbox/$(DAY)/  （先打开 index.html / open index.html first）"

test: setup  ## 运行全部测试 / every test
	@$(PY) -m pytest tests -n 3 --dist loadfile  # three for two cores: some tests wait for a server's clock

rules: setup  ## 检查规则、运行规则里的用例 / check the rule files, run the cases inside them
	@$(RISK) check --workspace . --as-of $(DAY)
	@$(RISK) test --workspace .

lint: setup  ## 格式、类型、分层 / style, types, layers
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-cache

mutations: setup  ## 把规则文件随机改坏一万次 / ten thousand random mutations of the rule files
	@$(PY) -m tests.mutations --count 10000 --seed 1

real: setup  ## 用真实公开数据核对 / the nights of known events on real public records
	@$(PY) -m tests.real

quarter: setup  ## 一个季度九十夜，各单位交回执；再在 kill -9 之下跑一遍 / ninety nights with receipts, again under kill -9
	@$(PY) -m tests.quarter --kills 50

bench: setup  ## 速度与内存，对照基准 / speed and memory beside their peers
	@$(PY) -m benchmarks

clean:  ## 清除运行产物（保留 .venv）/ remove what runs leave behind, keep .venv
	rm -rf data/inbox data/outbox data/delivered data/audit data/sealed data/.scratch data/riskengine.duckdb data/riskengine.duckdb.wal .prefect \
	  build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -type d -prune -exec rm -rf {} +

distclean: clean  ## 连 .venv 一起清除 / .venv as well
	rm -rf $(VENV)
