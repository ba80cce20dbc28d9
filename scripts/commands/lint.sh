# ./dev lint: formatting and the house's rules, by tests/tidy, which `./dev test` runs too.
step_total=2
ensure_packages lint
ensure_python
(cd "$top" && .venv/bin/python -m pytest -q -p no:cacheprovider tests/tidy)
