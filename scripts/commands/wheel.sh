# ./dev wheel [PYTHON…]: the package as people install it, for the project's own Python or those
# named, and the sources, in build/dist.
step_total=5
build_python_package
step_begin "wheel"
mapfile -t development < <(read_package_list build | grep -- '-dev$')
if ! "$top/.venv/bin/python" "$top/scripts/wheel.py" "$top/build/dist" "$@" \
  --licences-of "${development[@]}" >"$logs/wheel.log" 2>&1; then
  step_fail "scripts/wheel.py" "$logs/wheel.log"
fi
step_end
cat "$logs/wheel.log"
