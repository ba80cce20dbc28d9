# ./dev python [SCRIPT [ARGUMENT…]]: Python with the package, as it lies in the build folder.
step_total=4
build_python_package
cd "$calling_folder"
PYTHONPATH=$top/build/release/python${PYTHONPATH:+:$PYTHONPATH} exec "$top/.venv/bin/python" "$@"
