# Steps with percent and remaining time. On a terminal a bar is redrawn in place; elsewhere one
# plain line is printed every five seconds. Sourced by ./dev; needs bash 5 and nothing else.
#
#   step_begin TITLE            starts a step
#   step_update DONE TOTAL      shows progress (call as often as you like)
#   step_end [NOTE]             closes it with the time it took
#   step_skip TITLE             a step that had nothing to do
#   step_fail COMMAND LOG       says what failed, with the end of its log, and exits

step_number=0
step_total=0
step_title=""
step_started=0
step_shown=0
if [[ -t 1 && ${TERM:-dumb} != dumb ]]; then on_terminal=1; else on_terminal=0; fi

now_ms() { # milliseconds, into the variable named by $1, without a subshell
  local -n into=$1
  local stamp=${EPOCHREALTIME/[.,]/}
  into=$((stamp / 1000))
}

format_ms() { # 1234 → "1.2 s", 83000 → "1 min 23 s", into the variable named by $1
  local -n formatted=$1
  local ms=$2
  if ((ms < 60000)); then
    formatted="$((ms / 1000)).$(((ms % 1000) / 100)) s"
  else
    formatted="$((ms / 60000)) min $(((ms / 1000) % 60)) s"
  fi
}

step_label() {
  if ((step_total > 0)); then printf '[%d/%d] %-34s' "$step_number" "$step_total" "$step_title"
  else printf '%-40s' "$step_title"; fi
}

step_begin() {
  step_number=$((step_number + 1))
  step_title=$1
  now_ms step_started
  step_shown=$step_started
  if ((on_terminal)); then printf '\r\e[K%s' "$(step_label)"; fi
}

step_update() {
  local done_count=$1 total=$2 at left="" percent=0
  now_ms at
  local pause=5000
  if ((on_terminal)); then pause=100; fi
  if ((at - step_shown < pause || total <= 0)); then return 0; fi
  step_shown=$at
  percent=$((done_count * 100 / total))
  if ((done_count > 0)); then
    format_ms left $(((at - step_started) * (total - done_count) / done_count))
    left="$left left"
  fi
  if ((on_terminal)); then
    local bar="" cells=$((percent / 5)) cell
    for ((cell = 0; cell < 20; ++cell)); do
      if ((cell < cells)); then bar+="█"; else bar+="░"; fi
    done
    printf '\r\e[K%s %s %3d %%  %s' "$(step_label)" "$bar" "$percent" "$left"
  else
    printf '%s %3d %%  %s\n' "$(step_label)" "$percent" "$left"
  fi
}

step_end() {
  local at took
  now_ms at
  format_ms took $((at - step_started))
  if ((on_terminal)); then printf '\r\e[K'; fi
  printf '%s done in %s%s\n' "$(step_label)" "$took" "${1:+  $1}"
}

step_skip() {
  step_number=$((step_number + 1))
  step_title=$1
  printf '%s already there\n' "$(step_label)"
}

step_fail() {
  local what=$1 log=$2
  if ((on_terminal)); then printf '\r\e[K'; fi
  printf '%s FAILED\n' "$(step_label)"
  if [[ -s $log ]]; then tail -n "${3:-40}" "$log" | sed 's/^/  | /'; fi
  printf 'dev: failed: %s\n' "$what" >&2
  if [[ -s $log ]]; then printf 'dev: the whole output is in %s\n' "$log" >&2; fi
  exit 1
}

# Stages are what the minutes are counted for: set-up, release, asan, tests.
stage_names=()
stage_minutes=()
stage_started=0

stage_begin() {
  stage_names+=("$1")
  now_ms stage_started
  printf -- '-- %s\n' "$1"
}

stage_end() {
  local at tenths
  now_ms at
  tenths=$(((at - stage_started + 3000) / 6000))
  stage_minutes+=("$((tenths / 10)).$((tenths % 10))")
  printf -- '-- %s took %s min\n' "${stage_names[-1]}" "${stage_minutes[-1]}"
}

stage_summary() {
  local index
  for index in "${!stage_minutes[@]}"; do
    printf '%-8s %6s min\n' "${stage_names[$index]}" "${stage_minutes[$index]}"
  done
}
