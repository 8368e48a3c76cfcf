# Two commands do everything: `make run` brings up the shop, `make test` proves it. The work is in scripts/.

# Settings may follow any target (make hands them to the scripts): make run HTTP_PORT=8070, make test SUITE=plain FILTER=hlc

.DEFAULT_GOAL := help
.PHONY: run setup stop ofd monitoring shell psql update logs reset-db test test-fast test-full chaos fuzz bench lint clean help

run: setup ## Start the shop: brings Odoo, PostgreSQL and the demo data first if needed. DETACH=1 HTTP_PORT= DB= ODOO_HOME= ODOO_DEB= PGHOST=
	@bash scripts/run_server.sh start

setup:
	@bash scripts/fetch_odoo.sh
	@bash scripts/venv.sh
	@bash scripts/postgres.sh start

stop: ## Stop the server, its Prometheus and the private PostgreSQL
	@bash scripts/run_server.sh stop

ofd: ## Start the OFD emulator as a process of its own, on this machine alone: OFD_PORT= OFD_DELAY=seconds OFD_KEEP=file
	@bash scripts/ofd.sh

monitoring: ## Start Prometheus beside the server, and Grafana if it is here. DETACH=1 HTTP_PORT= PROMETHEUS_PORT= GRAFANA_PORT= PROMETHEUS_HOME=
	@bash scripts/fetch_prometheus.sh
	@bash scripts/monitoring.sh start

shell: setup ## Odoo's Python shell on the development database
	@bash scripts/shell.sh

psql: setup ## PostgreSQL's shell on the development database
	@bash scripts/psql.sh

update: setup ## Update addons in the development database: make update M=optics_core,optics_kkt_driver
	@bash scripts/database.sh update "$(M)"

logs: ## Follow the server's log
	@bash scripts/run_server.sh logs

reset-db: setup ## Throw the development database away and build it anew
	@bash scripts/database.sh reset

test: ## Run the tests: SUITE=plain|addons|acceptance|chaos, FILTER=name, V=1 (all output), KEEP=1 (leave servers and databases up)
	@bash scripts/test.sh

test-fast: ## Run the plain Python tests only (seconds)
	@SUITE=plain bash scripts/test.sh

test-full: ## Run all tests, those too that take long: SLICE=plain|addons|acceptance|chaos (all of them unless told), and FILTER=, V=, KEEP=
	@FULL=1 SUITE="$(SLICE)" bash scripts/test.sh

chaos: ## Kill servers and PostgreSQL and spoil the wire under load, 200 times (20 minutes). CHAOS_KILLS= CHAOS_SEED=
	@CHAOS_KILLS=$${CHAOS_KILLS:-200} SUITE=chaos bash scripts/test.sh

fuzz: ## Spoil calls of the HTTP API, 2,000 of each route (about an hour). FUZZ_SEED= FUZZ_BODIES= FUZZ_SECONDS= FUZZ_ROUTE=part of a name FUZZ_NUMBER=
	@bash scripts/fuzz.sh

bench: ## Measure what our part costs beside what is there anyway
	@bash scripts/bench.sh

lint: ## Check style, types, Odoo's conventions and the layers
	@bash scripts/lint.sh

clean: stop ## Remove everything that these commands made, databases too
	@bash scripts/clean.sh

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
