# Configuring and compiling. Sourced by ./dev.

# configure PRESET OPTION=ON|OFF…: leaves build/PRESET with at least the options that are ON.
# An option asked to be OFF only matters in a fresh folder: what an earlier, fuller build has
# configured stays, so that `demo` after `test` compiles nothing twice.
configure() {
  local preset=$1 folder=$top/build/$1 option name arguments=() fresh=1 stale=0
  shift
  if [[ -f $folder/build.ninja ]]; then fresh=0; fi
  for option in "$@"; do
    name=${option%%=*}
    if ((fresh)); then
      arguments+=("-D$option")
    elif [[ $option == *=ON ]] && ! grep -qE "^$name:[A-Z]+=ON$" "$folder/CMakeCache.txt"; then
      arguments+=("-D$option")
      stale=1
    fi
  done
  if ((!fresh && !stale)); then # ninja itself runs cmake again when one of its files changes
    step_skip "configure $preset"
    return 0
  fi
  local log=$logs/configure-$preset.log
  step_begin "configure $preset"
  (cd "$top" && cmake --preset "$preset" "${arguments[@]}") </dev/null >"$log" 2>&1 ||
    step_fail "cmake --preset $preset ${arguments[*]}" "$log"
  step_end
}

# compile PRESET TARGET…: ninja with a percentage. On failure only the failed command's own
# output is shown; the rest is in the log.
compile() {
  local preset=$1 folder=$top/build/$1 log=$logs/build-$1.log line counts targets="${*:2}"
  shift
  step_begin "compile $preset${targets:+ ($targets)}"
  : >"$log"
  if ! NINJA_STATUS='@%f/%t ' ninja -C "$folder" "$@" </dev/null 2>&1 | {
    while IFS= read -r line; do
      printf '%s\n' "$line" >>"$log"
      if [[ $line =~ ^@([0-9]+)/([0-9]+)\  ]]; then
        step_update "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
      fi
    done
  }; then
    local errors=$logs/build-$preset.errors
    sed -n '/^FAILED:/,$ { /^@[0-9]*\//d; p }' "$log" | head -n 80 >"$errors"
    if [[ ! -s $errors ]]; then tail -n 20 "$log" >"$errors"; fi
    step_fail "ninja -C build/$preset ${targets:-all} (everything it said: $log)" "$errors" 80
  fi
  counts=$(grep -c '^@' "$log" || true)
  step_end "$(if ((counts == 0)); then echo 'nothing to do'; else echo "$counts commands"; fi)"
}

link_program() { # PRESET: ./doline at the top is the program just built
  local program=build/$1/app/doline
  if [[ ! -x $top/$program ]]; then
    printf 'dev: the build left no %s\n' "$program" >&2
    exit 1
  fi
  ln -sfn "$program" "$top/doline"
}

build_program() { # the program alone, with as few packages as that takes
  ensure_packages build
  configure release DOLINE_BUILD_TESTS=OFF DOLINE_BUILD_BENCH=OFF
  compile release doline
  link_program release
}

build_python_package() { # [LIST of Python packages…]: leaves build/release/python/doline
  ensure_packages build package
  ensure_python "$@"
  configure release DOLINE_BUILD_TESTS=OFF DOLINE_BUILD_BENCH=OFF DOLINE_BUILD_PYTHON=ON
  compile release doline_python
}
