# Debian packages and the project's own Python environment. Sourced by ./dev. What is there
# already is found without asking the network; nothing is ever removed or upgraded on purpose.

read_package_list() { # one name a line, comments allowed
  sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$top/scripts/packages/$1.txt"
}

missing_packages() { # of those named, the ones dpkg does not have installed
  local installed
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
  local name
  for name in "$@"; do
    if ! grep -qx "$name installed" <<<"$installed"; then printf '%s\n' "$name"; fi
  done
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# apt reports progress as "dlstatus:…:percent:…" and "pmstatus:package:percent:…" lines; the
# download is counted as the first half.
show_apt_progress() {
  local line rest percent
  while IFS= read -r line; do
    rest=${line#*:*:}
    percent=${rest%%[:.]*}
    [[ $percent =~ ^[0-9]+$ ]] || continue
    case $line in
      dlstatus:*) step_update "$percent" 200 ;;
      pmstatus:*) step_update $((100 + percent)) 200 ;;
    esac
  done
}

# Descriptor 3 is opened inside, by root: sudo closes what it is given, and apt would take
# descriptor 1 away from the packages' own scripts if the report went there.
run_apt() { # LOG ARGUMENT…
  local log=$1
  shift
  as_root env DEBIAN_FRONTEND=noninteractive sh -c '
    log=$1
    shift
    exec apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o APT::Status-Fd=3 "$@" \
      3>&1 >>"$log" 2>&1 </dev/null' apt "$log" "$@" | show_apt_progress
}

ensure_packages() { # LIST…: the lists' packages are installed, or dev ends saying which are not
  local title="Debian packages ($(printf '%s ' "$@" | sed 's/ $//'))" wanted missing log list
  if [[ ${DOLINE_SKIP_SETUP:-} == 1 ]]; then return 0; fi
  mapfile -t wanted < <(for list in "$@"; do read_package_list "$list"; done | sort -u)
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    printf 'dev: this is not a Debian system. Install what corresponds to these packages, then\n' >&2
    printf 'dev: run again with DOLINE_SKIP_SETUP=1:\n  %s\n' "${wanted[*]}" >&2
    exit 1
  fi
  mapfile -t missing < <(missing_packages "${wanted[@]}")
  if ((${#missing[@]} == 0)); then
    step_skip "$title"
    return 0
  fi
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    printf 'dev: these packages are missing, and this is neither root nor a user with sudo:\n' >&2
    printf '  apt-get install %s\n' "${missing[*]}" >&2
    exit 1
  fi
  log=$logs/packages.log
  : >"$log"
  step_begin "$title"
  # A failed update is not the end: the lists at hand may be good enough.
  run_apt "$log" update || printf 'apt-get update failed\n' >>"$log"
  if ! run_apt "$log" install --no-install-recommends "${missing[@]}"; then
    mapfile -t missing < <(missing_packages "${missing[@]}")
    step_fail "apt-get install ${missing[*]}" "$log"
  fi
  mapfile -t missing < <(missing_packages "${missing[@]}")
  if ((${#missing[@]} > 0)); then
    step_fail "apt-get left these packages uninstalled: ${missing[*]}" "$log"
  fi
  step_end
}

ensure_python() { # [LIST…]: .venv holds what scripts/packages/LIST.txt says; python if left out
  local list
  if [[ ${DOLINE_SKIP_SETUP:-} == 1 && -x $top/.venv/bin/python ]]; then return 0; fi
  for list in "${@:-python}"; do ensure_python_list "$list"; done
}

ensure_python_list() { # LIST: each list has a stamp of its own
  local title="Python packages" list=$top/scripts/packages/$1.txt log=$logs/$1.log
  local stamp=$top/.venv/.installed key wanted some count
  if [[ $1 != python ]]; then title+=" ($1)" stamp+="-$1"; fi
  key=$(sha256sum <"$list" | cut -d ' ' -f 1)
  if [[ -x $top/.venv/bin/python && -f $stamp && $(<"$stamp") == "$key" ]]; then
    step_skip "$title"
    return 0
  fi
  step_begin "$title"
  : >"$log"
  if [[ ! -x $top/.venv/bin/pip ]]; then
    rm -rf "$top/.venv"
    /usr/bin/python3 -m venv "$top/.venv" >>"$log" 2>&1 ||
      step_fail "/usr/bin/python3 -m venv .venv" "$log"
  fi
  mapfile -t wanted < <(read_package_list "$1")
  # Some at a time: each call of pip takes longer to start than to install a small package.
  for ((count = 0; count < ${#wanted[@]}; count += ${#some[@]})); do
    some=("${wanted[@]:count:12}")
    "$top/.venv/bin/pip" install --quiet --no-deps --disable-pip-version-check --only-binary :all: \
      --no-binary dbapi-compliance "${some[@]}" </dev/null >>"$log" 2>&1 ||
      step_fail "pip install ${some[*]}" "$log"
    step_update $((count + ${#some[@]})) "${#wanted[@]}"
  done
  printf '%s' "$key" >"$stamp"
  step_end
}
