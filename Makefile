# Every target makes the machine ready first (firmware/prepare.sh), so a bare checkout is enough.
#
#   PORT=/dev/ttyACM0   a real board, instead of an emulated one
#   IMAGE=firmware.uf2  the MicroPython to run, instead of the one that is fetched or built
#   BOARD=qemu          which board to emulate: rp2040 (the default), qemu or qemu-stm32
#   MPY=1               precompile the library before it goes on the board
#   A=… B=…             the two reports to compare
#   OPTIONS=…           anything else for the program behind the target

.DEFAULT_GOAL := help
.PHONY: help doctor deploy measure compare budgets test proof docs image clean prepare
.NOTPARALLEL:

python := .venv/bin/python
option = $(if $($(1)),--$(2) '$($(1))')
for_tests := $(if $(PORT),HEAPLESS_PORT='$(PORT)') $(if $(IMAGE),HEAPLESS_IMAGE='$(IMAGE)')

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 16
	@sed -n '/^#   /s/^#/ /p' $(MAKEFILE_LIST)

doctor: prepare ## check step by step whether a board can be worked with, and say what to do
	@$(python) -m firmware.doctor $(call option,PORT,port) $(call option,IMAGE,image) \
	  $(call option,BOARD,board) $(OPTIONS)

deploy: prepare ## put the library on a board (without PORT: try it out on an emulated one)
	@$(python) -m firmware.deploy $(call option,PORT,port) $(call option,IMAGE,image) \
	  $(call option,BOARD,board) $(if $(MPY),--mpy) $(OPTIONS)

measure: prepare ## measure the containers on a board and write the report
	@$(python) -m board_tests.measure $(call option,PORT,port) $(call option,IMAGE,image) \
	  $(call option,BOARD,board) $(if $(MPY),--mpy) $(OPTIONS)

compare: prepare ## compare two reports of measurements, A=old/report.json B=new/report.json
	@$(python) -m board_tests.compare '$(A)' '$(B)' $(OPTIONS)

budgets: prepare ## let what is measured now be what `make test` allows, and show what has changed
	@$(python) -m board_tests.budgets $(call option,IMAGE,image) $(OPTIONS)

test: prepare ## lint, type-check and run every test, on this machine and on a board
	@$(python) -m ruff check --quiet
	@$(python) -m ruff format --check --quiet
	@$(python) -m mypy --no-error-summary
	@$(for_tests) $(python) -m pytest -n 4 --dist loadscope host_tests board_tests $(OPTIONS)

proof: prepare ## prove what the library claims, further than the tests do, and write the report
	@$(python) -m board_tests.prove $(call option,PORT,port) $(call option,IMAGE,image) $(OPTIONS)

docs: prepare ## build the documentation as a site, and print where it begins
	@NO_MKDOCS_2_WARNING=1 $(python) -m mkdocs build --quiet $(OPTIONS)
	@echo build/site/index.html

image: prepare ## fetch or build a MicroPython image for the RP2040, and print its path
	@$(python) -m firmware.image $(call option,IMAGE,image) $(OPTIONS)

clean: ## remove what the other targets made here (downloaded and built images stay cached)
	@rm -rf build dist .venv .hypothesis .pytest_cache .mypy_cache .ruff_cache *.egg-info
	@find . -name __pycache__ -prune -exec rm -rf {} +

prepare:
	@sh firmware/prepare.sh
