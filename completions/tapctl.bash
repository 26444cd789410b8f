# SPDX-License-Identifier: MIT
# bash completion of tapctl(8)

_tapctl_options() {
  local device='--mode --user --group --mac --mtu --txqueuelen --alias --up --down --address --peer
    --bridge --multi-queue --vnet-hdr --pi'
  local safety='--check --timeout --confirm'
  echo '--netns --json --quiet --color --version --help'
  case $1 in
    list | diff | log | status | monitor | doctor) ;;
    *) echo '--dry-run --verbose' ;;
  esac
  case $1 in
    add) echo "$device --count --exclusive --any-user" ;;
    set) echo "$device --name" ;;
    del) echo '--all --match --if-exists --force' ;;
    list) echo '--match --no-header --holders' ;;
    status) echo '--watch' ;;
    monitor) echo '--match --timestamps' ;;
    bridge)
      echo '--uplink --no-move --address --gateway --mac --mtu --stp --forward-delay --hello-time
        --max-age --ageing-time --priority --vlan-filtering --mcast-snooping --nf --dhcp --move-from'
      echo "$safety"
      ;;
    unbridge) echo "$safety --keep-bridge" ;;
    apply) echo "$safety" ;;
    down) echo "$safety --force" ;;
    save) echo '--force' ;;
    port) echo '--cost --priority --hairpin --isolated --learning --flood --guard' ;;
    nf) echo '--call --all' ;;
  esac
}

# Names of links; with an argument, only those that have this file in /sys/class/net. That shows
# the namespace of the shell alone.
_tapctl_links() {
  local link
  [[ -z ${netns-} ]] || return
  for link in /sys/class/net/*; do
    [ -e "$link/${1-}" ] && echo "${link##*/}"
  done
}

# Names of links that can be ports: Ethernet (type 1), and no bridges.
_tapctl_ports() {
  local link type
  [[ -z ${netns-} ]] || return
  for link in /sys/class/net/*; do
    [ -e "$link/bridge" ] && continue
    read -r type 2>/dev/null <"$link/type" && [ "$type" = 1 ] && echo "${link##*/}"
  done
}

# Names of the ports of the bridge $1.
_tapctl_ports_of() {
  local port
  [[ -z ${netns-} && $1 != */* ]] || return
  for port in "/sys/class/net/$1/brif"/*; do
    [ -e "$port" ] && echo "${port##*/}"
  done
}

# The IDs that the command $1 takes: of the change that waits; for rollback, of the last one too.
_tapctl_ids() {
  local -a tapctl=(tapctl ${netns:+"--netns=$netns"})
  "${tapctl[@]}" status 2>/dev/null | sed -n 's/^transaction \([0-9a-f]*\) waits .*/\1/p'
  [[ $1 == rollback ]] &&
    "${tapctl[@]}" log 2>/dev/null | sed -n 's/^\([0-9a-f]*\) .* (rollback takes it back)$/\1/p'
}

# Those of the names $1 that do not stand in the line yet.
_tapctl_left() {
  local name
  local -a names
  IFS=$' \t\n' read -r -d '' -a names <<<"$1"
  for name in "${names[@]}"; do
    [[ " ${given[*]} " == *" $name "* ]] || echo "$name"
  done
}

# Offers those of the words $1 that start with $2. Not compgen -W: it expands the words, and a link
# may be called $(reboot).
_tapctl_offer() {
  local word quoted
  local -a words
  IFS=$' \t\n' read -r -d '' -a words <<<"$1"
  for word in "${words[@]}"; do
    quoted=$word
    [[ $word == *[!A-Za-z0-9_.,@%+-]* ]] && printf -v quoted %q "$word"
    [[ $word == "$2"* || $quoted == "$2"* ]] && COMPREPLY+=("$quoted")
  done
}

# What the older tool $1 takes at the end of the words behind its name.
_tapctl_words_of() {
  local tool=$1 first=${2-} previous=''
  [[ $# -gt 2 ]] && previous=${*: -2:1}
  case $tool in
    brctl)
      case $(($# - 1)) in
        1)
          echo 'addbr delbr addif delif hairpin setageing setbridgeprio setfd sethello setmaxage'
          echo 'setpathcost setportprio show showmacs showstp stp'
          ;;
        2) [[ $first == addbr ]] || _tapctl_links bridge ;;
        *)
          case $first:$(($# - 1)) in
            addif:*) _tapctl_ports ;;
            delif:* | hairpin:3 | setpathcost:3 | setportprio:3) _tapctl_links brport ;;
            stp:3 | hairpin:4) echo 'on off' ;;
            show:*) _tapctl_links bridge ;;
          esac
          ;;
      esac
      ;;
    tunctl)
      case $previous in
        -u) compgen -u ;;
        -g) compgen -g ;;
        -f) echo /dev/net/tun ;;
        -t | -d) _tapctl_links tun_flags ;;
        *) echo '-b -d -f -g -n -p -t -u' ;;
      esac
      ;;
    tuntap)
      case $previous in
        tuntap | '') echo 'add del show list lst help' ;;
        mode) echo 'tun tap' ;;
        user) compgen -u ;;
        group) compgen -g ;;
        dev | del) _tapctl_links tun_flags ;;
        *) echo 'dev mode user group one_queue pi vnet_hdr multi_queue' ;;
      esac
      ;;
    mktun | rmtun)
      case $previous in
        --dev) _tapctl_links tun_flags ;;
        --dev-type) echo 'tun tap' ;;
        --dev-node) echo /dev/net/tun ;;
        --user) compgen -u ;;
        --group) compgen -g ;;
        --lladdr | --txqueuelen) ;;
        *) echo '--dev --dev-type --dev-node --user --group --lladdr --txqueuelen' ;;
      esac
      ;;
  esac
}

# tapctl under the name of an older tool.
_tapctl_by_name() {
  local netns=''
  COMPREPLY=()
  _tapctl_offer "$(_tapctl_words_of "${COMP_WORDS[0]##*/}" "${COMP_WORDS[@]:1:COMP_CWORD}")" \
    "${COMP_WORDS[COMP_CWORD]}"
}

_tapctl() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=''
  local commands='add set del list bridge unbridge port nf apply diff down save confirm rollback
    recover log status monitor doctor    brctl tunctl tuntap mktun rmtun'
  local command='' words='' netns='' word i
  local -a given=()
  COMPREPLY=()

  # Bash makes three words of --stp=on.
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ ${COMP_WORDS[i]} == = ]] || given+=("${COMP_WORDS[i]}")
  done
  [[ $current == = ]] && current=''
  [[ ${#given[@]} -gt 0 ]] && previous=${given[-1]}

  for ((i = 0; i < ${#given[@]}; i++)); do
    case ${given[i]} in
      --netns | --color) i=$((i + 1)) ;;
      --*) ;;
      -*) [[ ${given[i]} =~ ^-[jvqh]*n$ ]] && i=$((i + 1)) ;;
      *)
        command=${given[i]}
        break
        ;;
    esac
  done

  local -a globals=("${given[@]}")
  case $command in
    brctl | tunctl | tuntap | mktun | rmtun) globals=("${given[@]:0:i}") ;;
  esac
  for ((word = 0; word < ${#globals[@]}; word++)); do
    if [[ ${globals[word]} == --netns || ${globals[word]} =~ ^-[jvqh]*n$ ]]; then
      netns=${globals[word + 1]-}
    elif [[ ${globals[word]} =~ ^-[jvqh]*n(.+)$ ]]; then
      netns=${BASH_REMATCH[1]}
    fi
  done

  case $command in
    brctl | tunctl | tuntap | mktun | rmtun)
      _tapctl_offer "$(_tapctl_words_of "$command" "${given[@]:i+1}" "$current")" "$current"
      return
      ;;
  esac

  # A value of --dhcp comes behind = alone.
  [[ $previous == --dhcp && ${COMP_WORDS[COMP_CWORD]} != = && ${COMP_WORDS[COMP_CWORD - 1]} != = ]] &&
    previous=''

  case $previous in
    --dhcp) words='auto dhclient dhcpcd udhcpc' ;;
    -n | --netns) words=$(ls /run/netns 2>/dev/null) ;;
    --color) words='auto always never' ;;
    -m | --mode) words='tap tun' ;;
    -u | --user) words=$(compgen -u) ;;
    -g | --group) words=$(compgen -g) ;;
    --bridge | --move-from) words=$(_tapctl_links bridge) ;;
    --uplink) words=$(_tapctl_ports) ;;
    --nf) words='on off keep' ;;
    --check) words='gateway none' ;;
    --call)
      for word in iptables ip6tables arptables; do
        words+=" ${current%"${current##*,}"}$word"
      done
      ;;
    --stp | --vlan-filtering | --mcast-snooping | --hairpin | --isolated | --learning | --flood | --guard)
      words='on off'
      ;;
    --mac | --mtu | --txqueuelen | --alias | -a | --address | --peer | --count | --name | --match | \
      --gateway | --forward-delay | --hello-time | --max-age | --ageing-time | --priority | --cost | \
      --timeout | --confirm | :)
      return
      ;;
    *)
      if [[ $current == -* ]]; then
        words=$(_tapctl_options "$command")
      else
        case $command in
          '') words=$commands ;;
          add | set | del | list) words=$(_tapctl_left "$(_tapctl_links tun_flags)") ;;
          bridge)
            if [[ $previous == bridge ]]; then
              words=$(_tapctl_links bridge)
            else
              words=$(_tapctl_left "$(_tapctl_ports)")
            fi
            ;;
          status | monitor | doctor) words=$(_tapctl_left "$(_tapctl_links)") ;;
          unbridge)
            if [[ $previous == unbridge ]]; then
              words=$(_tapctl_links bridge)
            else
              words=$(_tapctl_left "$(_tapctl_ports_of "${given[i + 1]}")")
            fi
            ;;
          port) [[ $previous == port ]] && words=$(_tapctl_links brport) ;;
          nf)
            case $previous in
              nf) words="show on off $(_tapctl_links bridge)" ;;
              show | on | off) words=$(_tapctl_links bridge) ;;
            esac
            ;;
          confirm | rollback) [[ $previous == "$command" ]] && words=$(_tapctl_ids "$command") ;;
          apply | diff | down | save)
            compopt -o default  # readline knows how to quote a file name, and to go on into a folder
            return
            ;;
        esac
      fi
      ;;
  esac
  _tapctl_offer "$words" "$current"
}

complete -F _tapctl tapctl
for _tapctl_name in brctl tunctl; do
  [[ $(readlink -f -- "$(type -P "$_tapctl_name")") == */tapctl ]] &&
    complete -F _tapctl_by_name "$_tapctl_name"
done
unset _tapctl_name
