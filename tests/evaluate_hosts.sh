#!/usr/bin/env bash
# evaluate_hosts.sh FOLDER: make the ordinary hosts that `make evaluate` looks at, once: FOLDER/debian,
# as debootstrap leaves Debian stable, and FOLDER/debian50, the same with fifty common packages.
# Needs root, debootstrap, a mirror ($MIRROR) and some minutes.
set -euo pipefail
hosts=$1 mirror=${MIRROR:-http://deb.debian.org/debian} suite=${SUITE:-bookworm}
packages=(
    acpid anacron apache2 apparmor apt-cacher-ng at auditd avahi-daemon bind9 bluez
    chrony clamav-daemon cron cups-daemon dnsmasq docker.io dovecot-imapd fail2ban haproxy irqbalance
    keepalived logrotate lvm2 mariadb-server mdadm memcached mosquitto munin-node network-manager nfs-kernel-server
    nginx openssh-server openvpn plocate postfix postgresql prometheus-node-exporter redis-server rpcbind rsyslog
    samba smartmontools snmpd sysstat tor udisks2 ufw unattended-upgrades vsftpd xinetd
)
mkdir -p "$hosts/cache"
hosts=$(cd "$hosts" && pwd)

make_host() { # name, options of debootstrap
    [ -e "$hosts/$1.made" ] && return
    rm -rf "${hosts:?}/$1"
    debootstrap --cache-dir="$hosts/cache" "${@:2}" "$suite" "$hosts/$1" "$mirror" > "$hosts/$1.log" 2>&1
    echo "$1" > "$hosts/$1/etc/hostname"
    touch "$hosts/$1.made"
}
make_host debian
make_host debian50 --include="$(IFS=,; echo "${packages[*]}")"
