# Every target is one or two lines that call a script in tools/ or a command. `make` lists them.

# The first Python >= 3.11 that can make a virtual environment.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python3.14; do \
	$$p -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin

# Many a container says that nothing compiled be kept: each of the programs below would compile Django again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run setup setup-s3 setup-voice dev assets test lint fmt seed bench bench-soak bench-delivery bench-calls bench-agents bench-load torture ha-test rolling draw-walk worlds features tables openapi pictures coverage lock sbom advisories bundle browser python

help: ## 列出所有命令
	@awk 'BEGIN {FS = ":.*## "} /^## / {print "\n" substr($$0, 4)} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

## 使用
run: setup assets ## 启动全部：环境、页面资源、数据库、演示数据、网页服务和后台任务
	@$(BIN)/expertpool run

setup: python ## 准备运行所需的 Python 环境（.venv）
	@$(PYTHON) tools/setup.py run

setup-s3: python ## 同上，另装文件存放在 S3 服务器时所需的软件包
	@$(PYTHON) tools/setup.py s3

setup-voice: python ## 再加拨打电话通知（expertpool voice-agent）所需的软件包
	@$(PYTHON) tools/setup.py voice

assets: ## 生成页面资源（build/）
	@$(BIN)/python tools/assets.py $(PACKAGES)

seed: setup ## 生成演示数据（ARGS="--stage done"）
	@$(BIN)/expertpool seed-demo $(ARGS)

## 开发
dev: python ## 准备开发所需的 Python 环境（.venv）
	@$(PYTHON) tools/setup.py dev

fmt: dev ## 整理代码、模板和脚本的格式
	@PATH=$(BIN):$$PATH $(BIN)/python -m tools.format

lint: dev ## 全部静态检查
	@$(BIN)/python -m tools.lint

test: PACKAGES = --dev  # those of the checks, too: npm would install all of them again for these
test: dev browser assets lint ## CI 所做的一切：检查，然后全部测试（ARGS="tests/draws -n0"）
	@$(BIN)/python -m pytest $(or $(ARGS),--cov --cov-report= --durations=20)

coverage: ## 上次全部测试没有跑到的代码，逐个文件
	@$(BIN)/coverage report

browser: dev
	@$(BIN)/python -m tools.browser

## 数据与文档
bench: setup ## 测量导入、抽取、列表和搜索的耗时（ARGS="--sizes 10000,100000" 量更大的库；加 --strict，超出目标的以失败结束）
	@$(BIN)/python -m tools.bench $(or $(ARGS),tests/data/experts_5000.xlsx)

bench-soak: setup ## 两个进程持续抽取，检查无人重复占用、记录都能重演（ARGS="--sizes 100000 --minutes 10"）
	@$(BIN)/python -m tools.bench --only soak $(or $(ARGS),--sizes 10000 --minutes 1)

bench-delivery: setup ## 一万份邀请经本机的短信平台发出，其间两次杀死发送进程：一份不少、一份不重（ARGS="--sizes 1000"）
	@$(BIN)/python -m tools.bench --only delivery $(or $(ARGS),--sizes 10000)

bench-calls: dev ## 同时 120 路电话、各一分钟：结果、声音、处理器和内存（ARGS="--calls 60"；需 sip-tester）
	@$(BIN)/python -m tests.telephone.many $(ARGS)

bench-agents: dev ## 两个电话程序各 60 路同时通话，从数据库到录音（ARGS=20 为各 20 路；需 sip-tester）
	@CALLS_EACH=$(or $(ARGS),60) $(BIN)/python -m pytest -q -s -n0 tests/telephone/test_programs.py -k two

bench-load: dev assets ## 测量一台机器同时能给多少人提供页面：每秒请求数、等待时间、内存（ARGS="--requests 5000"）
	@$(BIN)/python -m tools.load $(ARGS)

features: dev ## 功能清单：每项功能由哪些测试证明
	@$(BIN)/python -m tools.features

torture: dev assets ## 折磨：反复杀死每一部分，看有没有丢失、重复、卡住（ARGS="--times 5 --seed 7"）
	@$(BIN)/python -m tests.torture $(ARGS)

ha-test: dev assets ## 高可用演练：Patroni、etcd、HAProxy 下的三台数据库，主库死机、冻住、断开、切换，看丢没丢（ARGS="--times 3"）
	@$(BIN)/python -m tests.ha $(ARGS)

rolling: dev assets ## 逐台升级：原来版本的页面测试在新的数据库结构上跑一遍（ARGS=v1.0，默认最近一次发布）
	@$(BIN)/python -m tools.rolling $(ARGS)

draw-walk: dev ## 抽取中什么都可能发生、次序任意：走几百遍，每一步都由三个验证程序核对（ARGS=2000 走 2000 遍，SEED=7 重走这个种子的）
draw-walk: SEED := $(or $(SEED),$(shell date +%s))
draw-walk:
	@echo "SEED=$(SEED)"
	@DRAW_MACHINE_EXAMPLES=$(or $(ARGS),300) $(BIN)/python -m pytest tests/draws/test_machine.py -n0 -s --hypothesis-seed=$(SEED)

worlds: dev ## 两次只差抽中了谁的抽取：每个岗位打开每个地址，两次说的都一样才算保密
	@WHOLE_WORLDS=1 $(BIN)/python -m pytest tests/architecture/test_two_worlds.py -n0

tables: dev ## 重写空数据库一开始的表（config/tables.sql）：迁移多了，第一次启动就慢
	@$(BIN)/python -m tools.tables

openapi: dev ## 重写接口定义（docs/api/openapi.json）
	@$(BIN)/python -m tools.openapi

pictures: dev browser assets ## 给主要页面拍照（docs/pictures/）
	@$(BIN)/python -m tools.pictures

sbom: dev ## 软件物料清单和许可证（build/sbom.json，CycloneDX）
	@$(BIN)/python -m tools.sbom

advisories: dev ## 更新已知漏洞资料（向 OSV 查询两份依赖清单；要能上网）
	@$(BIN)/python -m tools.audit --renew

bundle: dev assets ## 供没有互联网的机器安装的文件（dist/；ARGS="--machine aarch64"，"--check" 断网试装）
	@$(BIN)/python -m tools.bundle $(ARGS)

lock: dev ## 重新锁定依赖（requirements/*.txt）
	@$(BIN)/python -m tools.lock

python:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 以上（含 venv 模块；Debian：apt install python3 python3-venv）"; exit 1; }
