# SPDX-License-Identifier: MIT
# fish completion of tapctl(8)

function __tapctl_netns --description 'the namespace that the line names'
    set -l words (commandline -opc)
    for at in (seq 2 (count $words))
        switch $words[$at]
            case brctl tunctl tuntap mktun rmtun
                return
            case --netns -n -jn -vn -qn -hn
                echo $words[(math $at + 1)]
            case '--netns=*'
                string replace -- --netns= '' $words[$at]
            case '-n*'
                string replace -- -n '' $words[$at]
        end
    end
end

# /sys shows the namespace of the shell alone.
function __tapctl_links --description 'names of links, or of those with that file in /sys/class/net'
    count (__tapctl_netns) >/dev/null; and return
    for link in /sys/class/net/*
        test -e $link/$argv[1]; and basename $link
    end
end

function __tapctl_ports --description 'names of links that can be ports: Ethernet (type 1), and no bridges'
    count (__tapctl_netns) >/dev/null; and return
    for link in /sys/class/net/*
        test -e $link/bridge; and continue
        read -l type <$link/type; and test $type = 1; and basename $link
    end
end

function __tapctl_ports_of --description 'names of the ports of the bridge behind unbridge'
    set -l words (commandline -opc)
    set -l at (contains -i -- unbridge $words)
    count (__tapctl_netns) >/dev/null; and return
    count $words[(math $at + 1)] >/dev/null; or return
    for port in /sys/class/net/$words[(math $at + 1)]/brif/*
        basename $port
    end
end

function __tapctl_left --description 'what this function prints, without what stands in the line'
    set -l words (commandline -opc)
    for name in ($argv)
        contains -- $name $words; or echo $name
    end
end

function __tapctl_ids --description 'IDs: of the change that waits; for rollback, of the last one too'
    set -l netns --netns=(__tapctl_netns)
    tapctl $netns status 2>/dev/null | string replace -rf '^transaction ([0-9a-f]+) waits .*' '$1'
    test $argv[1] = rollback
    and tapctl $netns log 2>/dev/null | string replace -rf '^([0-9a-f]+) .* \(rollback takes it back\)$' '$1'
end

function __tapctl_begins --description 'whether one of these was typed just before'
    contains -- (commandline -opc)[-1] $argv
end

function __tapctl_borrowed --description 'whether the command is one in the words of an older tool'
    __fish_seen_subcommand_from brctl tunctl tuntap mktun rmtun
end

function __tapctl_changes --description 'whether the command, where there is one, can change something'
    not __tapctl_borrowed; and not __fish_seen_subcommand_from list diff log status monitor doctor
end

function __tapctl_command --description 'whether the command is one of these'
    not __tapctl_borrowed; and __fish_seen_subcommand_from $argv
end

set -l commands add set del list bridge unbridge port nf apply diff down save confirm rollback recover log status monitor doctor brctl tunctl tuntap mktun rmtun

complete -c tapctl -f
complete -c tapctl -n 'not __tapctl_borrowed' -s n -l netns -x -d 'run in that network namespace' -a '(ls /run/netns 2>/dev/null)'
complete -c tapctl -n 'not __tapctl_borrowed' -s j -l json -d 'one JSON document on stdout'
complete -c tapctl -n __tapctl_changes -l dry-run -d 'print the plan, change nothing'
complete -c tapctl -n __tapctl_changes -s v -l verbose -d 'print every operation as its ip line'
complete -c tapctl -n 'not __tapctl_borrowed' -s q -l quiet -d 'print only names from a template, and IDs'
complete -c tapctl -n 'not __tapctl_borrowed' -l color -x -d 'when to use colour' -a 'auto always never'
complete -c tapctl -n 'not __tapctl_borrowed' -l version -d 'print the version'
complete -c tapctl -n 'not __tapctl_borrowed' -s h -l help -d 'help'

set -l none "not __fish_seen_subcommand_from $commands"
complete -c tapctl -n $none -a add -d 'create persistent tun or tap devices'
complete -c tapctl -n $none -a set -d 'change devices'
complete -c tapctl -n $none -a del -d 'delete devices'
complete -c tapctl -n $none -a list -d 'list devices'
complete -c tapctl -n $none -a bridge -d 'build a bridge and move the uplink onto it'
complete -c tapctl -n $none -a unbridge -d 'give the uplink everything back'
complete -c tapctl -n $none -a port -d 'change the settings of a bridge port'
complete -c tapctl -n $none -a nf -d 'whether bridged traffic passes the firewall'
complete -c tapctl -n $none -a apply -d 'make what a configuration file describes'
complete -c tapctl -n $none -a diff -d 'show what differs from a configuration file'
complete -c tapctl -n $none -a down -d 'take away what apply made'
complete -c tapctl -n $none -a save -d 'write what is there as a configuration file'
complete -c tapctl -n $none -a confirm -d 'keep a change that waits for it'
complete -c tapctl -n $none -a rollback -d 'take back the change that waits, or the last one'
complete -c tapctl -n $none -a recover -d 'end a change that was interrupted'
complete -c tapctl -n $none -a log -d 'list the changes of this namespace since boot'
complete -c tapctl -n $none -a status -d 'show bridges, ports, devices and holders'
complete -c tapctl -n $none -a monitor -d 'print changes as they happen'
complete -c tapctl -n $none -a doctor -d 'look for what makes bridging fail'
complete -c tapctl -n $none -a brctl -d 'work on bridges as brctl does'
complete -c tapctl -n $none -a tunctl -d 'create or delete a device as tunctl does'
complete -c tapctl -n $none -a tuntap -d 'show, create or delete devices as ip tuntap does'
complete -c tapctl -n $none -a mktun -d 'create a device as openvpn does'
complete -c tapctl -n $none -a rmtun -d 'delete a device as openvpn does'

set -l device '__tapctl_command add set'
complete -c tapctl -n $device -s m -l mode -x -a 'tap tun' -d 'layer 2 or 3'
complete -c tapctl -n $device -s u -l user -x -a '(__fish_complete_users)' -d 'who may attach'
complete -c tapctl -n $device -s g -l group -x -a '(__fish_complete_groups)' -d 'which group may attach'
complete -c tapctl -n $device -l mac -x -d 'MAC address'
complete -c tapctl -n $device -l mtu -x -d 'largest packet'
complete -c tapctl -n $device -l txqueuelen -x -d 'length of the transmit queue'
complete -c tapctl -n $device -l alias -x -d 'a description'
complete -c tapctl -n $device -l up -d 'bring it up'
complete -c tapctl -n $device -l down -d 'leave it down, or take it down'
complete -c tapctl -n $device -s a -l address -x -d 'IP address with prefix length'
complete -c tapctl -n $device -l peer -x -d 'far end of a point-to-point address'
complete -c tapctl -n $device -l bridge -x -a '(__tapctl_links bridge)' -d 'make it a port of that bridge'
complete -c tapctl -n $device -l multi-queue -d 'several queues'
complete -c tapctl -n $device -l vnet-hdr -d 'packets carry a virtio-net header'
complete -c tapctl -n $device -l pi -d 'packets carry a protocol header'
complete -c tapctl -n '__tapctl_command add' -l count -x -d 'make N devices of the template'
complete -c tapctl -n '__tapctl_command add' -l exclusive -d 'an existing device is an error'
complete -c tapctl -n '__tapctl_command add' -l any-user -d 'set no owner'
complete -c tapctl -n '__tapctl_command set' -l name -x -d 'rename the device'
complete -c tapctl -n '__tapctl_command set del list' -a '(__tapctl_left __tapctl_links tun_flags)'

complete -c tapctl -n '__tapctl_command del list monitor' -l match -x -d 'all that match'
complete -c tapctl -n '__tapctl_command del' -l all -d 'all devices of the namespace'
complete -c tapctl -n '__tapctl_command del' -l if-exists -d 'a missing device is no error'
complete -c tapctl -n '__tapctl_command del' -l force -d 'even when a process holds it'
complete -c tapctl -n '__tapctl_command list' -l no-header -d 'without column names'
complete -c tapctl -n '__tapctl_command list' -l holders -d 'with the processes that have them open'

set -l bridge '__tapctl_command bridge'
complete -c tapctl -n "$bridge; and __tapctl_begins bridge" -a '(__tapctl_links bridge)'
complete -c tapctl -n "$bridge; and not __tapctl_begins bridge" -a '(__tapctl_left __tapctl_ports)'
complete -c tapctl -n $bridge -l uplink -x -a '(__tapctl_ports)' -d 'the port whose addresses move'
complete -c tapctl -n $bridge -l no-move -d 'leave addresses where they are'
complete -c tapctl -n $bridge -s a -l address -x -d 'address of the bridge'
complete -c tapctl -n $bridge -l gateway -x -d 'default route'
complete -c tapctl -n $bridge -l mac -x -d 'MAC of the bridge'
complete -c tapctl -n $bridge -l mtu -x -d 'MTU of the bridge'
complete -c tapctl -n $bridge -l stp -x -a 'on off' -d 'spanning tree'
complete -c tapctl -n $bridge -l forward-delay -x -d '2s to 30s'
complete -c tapctl -n $bridge -l hello-time -x -d '1s to 10s'
complete -c tapctl -n $bridge -l max-age -x -d '6s to 40s'
complete -c tapctl -n $bridge -l ageing-time -x -d 'how long a MAC is kept'
complete -c tapctl -n $bridge -l priority -x -d '0 to 65535'
complete -c tapctl -n $bridge -l vlan-filtering -x -a 'on off' -d 'VLAN filtering'
complete -c tapctl -n $bridge -l mcast-snooping -x -a 'on off' -d 'multicast snooping'
complete -c tapctl -n $bridge -l nf -x -a 'on off keep' -d 'bridged traffic passes the firewall'
complete -c tapctl -n $bridge -l dhcp -a 'auto dhclient dhcpcd udhcpc' -d 'take the DHCP client along'
complete -c tapctl -n $bridge -l move-from -x -a '(__tapctl_links bridge)' -d 'take ports from that bridge'

set -l unbridge '__tapctl_command unbridge'
complete -c tapctl -n "$unbridge; and __tapctl_begins unbridge" -a '(__tapctl_links bridge)'
complete -c tapctl -n "$unbridge; and not __tapctl_begins unbridge" -a '(__tapctl_left __tapctl_ports_of)'
complete -c tapctl -n '__tapctl_command unbridge' -l keep-bridge -d 'keep it without ports'

complete -c tapctl -n '__tapctl_command apply diff down save' -F
complete -c tapctl -n '__tapctl_command down' -l force -d 'even when a process holds a device'
complete -c tapctl -n '__tapctl_command save' -l force -d 'replace a file'

complete -c tapctl -n '__tapctl_command confirm; and __tapctl_begins confirm' -a '(__tapctl_ids confirm)'
complete -c tapctl -n '__tapctl_command rollback; and __tapctl_begins rollback' -a '(__tapctl_ids rollback)'

set -l safety '__tapctl_command bridge unbridge apply down'
complete -c tapctl -n $safety -l check -x -a 'gateway none' -d 'who has to answer after the move'
complete -c tapctl -n $safety -l timeout -x -d 'how long to wait for the answer'
complete -c tapctl -n $safety -l confirm -x -d 'roll back unless tapctl confirm comes in that time'

set -l port '__tapctl_command port'
complete -c tapctl -n "$port; and __tapctl_begins port" -a '(__tapctl_links brport)'
complete -c tapctl -n $port -l cost -x -d 'path cost'
complete -c tapctl -n $port -l priority -x -d '0 to 63'
complete -c tapctl -n $port -l hairpin -x -a 'on off' -d 'send frames back'
complete -c tapctl -n $port -l isolated -x -a 'on off' -d 'no traffic with isolated ports'
complete -c tapctl -n $port -l learning -x -a 'on off' -d 'learn MACs'
complete -c tapctl -n $port -l flood -x -a 'on off' -d 'unknown MACs'
complete -c tapctl -n $port -l guard -x -a 'on off' -d 'shut the port on a BPDU'

set -l nf '__tapctl_command nf'
complete -c tapctl -n "$nf; and __tapctl_begins nf" -a 'show on off'
complete -c tapctl -n "$nf; and __tapctl_begins nf show on off" -a '(__tapctl_links bridge)'
complete -c tapctl -n '__tapctl_command nf' -l call -x -a 'iptables ip6tables arptables' -d 'of the three hooks'
complete -c tapctl -n '__tapctl_command nf' -l all -d 'write the sysctls themselves'
complete -c tapctl -n '__tapctl_command status monitor doctor' -a '(__tapctl_left __tapctl_links)'
complete -c tapctl -n '__tapctl_command status' -l watch -d 'show it anew whenever it changes'
complete -c tapctl -n '__tapctl_command monitor' -l timestamps -d 'with the time of each change'

set -l brctl '__fish_seen_subcommand_from brctl'
set -l brctl_commands addbr delbr addif delif hairpin setageing setbridgeprio setfd sethello setmaxage \
    setpathcost setportprio show showmacs showstp stp
complete -c tapctl -n "$brctl; and __tapctl_begins brctl" -a "$brctl_commands"
complete -c tapctl -n "$brctl; and __fish_seen_subcommand_from $brctl_commands" -a '(__tapctl_links bridge)'
complete -c tapctl -n "$brctl; and __fish_seen_subcommand_from addif" -a '(__tapctl_ports)'
complete -c tapctl -n "$brctl; and __fish_seen_subcommand_from delif hairpin setpathcost setportprio" -a '(__tapctl_links brport)'
complete -c tapctl -n "$brctl; and __fish_seen_subcommand_from stp hairpin" -a 'on off'

set -l tunctl '__fish_seen_subcommand_from tunctl'
complete -c tapctl -n $tunctl -s b -d 'print the name alone'
complete -c tapctl -n $tunctl -s n -d 'a tun'
complete -c tapctl -n $tunctl -s p -d 'a tap'
complete -c tapctl -n $tunctl -s u -x -a '(__fish_complete_users)' -d 'who may attach'
complete -c tapctl -n $tunctl -s g -x -a '(__fish_complete_groups)' -d 'which group may attach'
complete -c tapctl -n $tunctl -s f -r -d 'the clone device'
complete -c tapctl -n $tunctl -s t -x -a '(__tapctl_links tun_flags)' -d 'create it'
complete -c tapctl -n $tunctl -s d -x -a '(__tapctl_links tun_flags)' -d 'delete it'

set -l tuntap '__fish_seen_subcommand_from tuntap'
complete -c tapctl -n "$tuntap; and __tapctl_begins tuntap" -a 'add del show list lst help'
complete -c tapctl -n "$tuntap; and __fish_seen_subcommand_from add del" -a 'dev mode tun tap user group one_queue pi vnet_hdr multi_queue'

set -l mktun '__fish_seen_subcommand_from mktun rmtun'
complete -c tapctl -n $mktun -l dev -x -a '(__tapctl_links tun_flags)' -d 'the device'
complete -c tapctl -n $mktun -l dev-type -x -a 'tun tap' -d 'layer 2 or 3'
complete -c tapctl -n $mktun -l dev-node -r -d 'the clone device'
complete -c tapctl -n $mktun -l user -x -a '(__fish_complete_users)' -d 'who may attach'
complete -c tapctl -n $mktun -l group -x -a '(__fish_complete_groups)' -d 'which group may attach'
complete -c tapctl -n $mktun -l lladdr -x -d 'MAC address'
complete -c tapctl -n $mktun -l txqueuelen -x -d 'length of the transmit queue'
