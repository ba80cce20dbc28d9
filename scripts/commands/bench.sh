# ./dev bench SUITE …: bench/ does the work; here the engines and generators are made ready.
if (($# == 0)) || [[ $1 == -h || $1 == --help ]]; then
  step_total=1
  ensure_packages bench
  cd "$top" && exec /usr/bin/python3 -m bench --help
fi
only_peers=0
for argument in "$@"; do
  if [[ $argument == --only-peers ]]; then only_peers=1; fi
done

# What the command line says is looked at before anything is built for it.
step_total=5
ensure_packages bench
PYTHONPATH=$top PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m bench --check "$@"

packages=(build bench) options=(DOLINE_BUILD_TESTS=OFF DOLINE_BUILD_BENCH=OFF)
texts=$1
if [[ $1 == python ]]; then
  texts=tpch packages+=(package) options+=(DOLINE_BUILD_PYTHON=ON)
fi
if [[ $texts == tpc* && ! -f $top/.cache/$texts/complete ]] && ! command -v mvn >/dev/null; then
  packages+=(tpc)
fi
ensure_packages "${packages[@]}"
ensure_python
if ((!only_peers)); then
  configure release "${options[@]}"
  compile release
  link_program release
fi
# Relative file names on the command line are the caller's.
export PYTHONPATH=$top PYTHONDONTWRITEBYTECODE=1
exec "$top/.venv/bin/python" -m bench "$@"
