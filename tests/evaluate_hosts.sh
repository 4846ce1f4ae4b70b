#!/usr/bin/env bash
# evaluate_hosts.sh FOLDER: make the ordinary hosts for `make evaluate`, once: FOLDER/debian,
# as debootstrap leaves Debian stable, and FOLDER/debian50, the same with fifty common packages.
# Needs root, debootstrap, a mirror ($MIRROR, or apt's) and some minutes.
set -euo pipefail
hosts=$1 suite=${SUITE:-bookworm}
mirror() { "$(dirname "$0")/debian-mirror.sh"; }
packages=(
    acpid anacron apache2 apparmor apt-cacher-ng at auditd avahi-daemon bind9 bluez
    chrony clamav-daemon cron cups-daemon dnsmasq docker.io dovecot-imapd fail2ban haproxy irqbalance
    keepalived logrotate lvm2 mariadb-server mdadm memcached mosquitto munin-node network-manager nfs-kernel-server
    nginx openssh-server openvpn plocate postfix postgresql prometheus-node-exporter redis-server rpcbind rsyslog
    samba smartmontools snmpd sysstat tor udisks2 ufw unattended-upgrades vsftpd xinetd
)
mkdir -p "$hosts/cache"
hosts=$(cd "$hosts" && pwd)

if [ ! -e "$hosts/debian.made" ]; then
    rm -rf "$hosts/debian"
    debootstrap --cache-dir="$hosts/cache" "$suite" "$hosts/debian" "$(mirror)" > "$hosts/debian.log" 2>&1
    echo debian > "$hosts/debian/etc/hostname"
    touch "$hosts/debian.made"
fi
if [ ! -e "$hosts/debian50.made" ]; then
    rm -rf "$hosts/debian50"
    cp -a "$hosts/debian" "$hosts/debian50"
    cp /etc/resolv.conf "$hosts/debian50/etc/"
    cp "$hosts"/cache/*.deb "$hosts/debian50/var/cache/apt/archives/"
    printf '#!/bin/sh\nexit 101\n' > "$hosts/debian50/usr/sbin/policy-rc.d"
    chmod 755 "$hosts/debian50/usr/sbin/policy-rc.d"
    chroot "$hosts/debian50" env DEBIAN_FRONTEND=noninteractive sh -c \
        'apt-get -q update && apt-get -qy --no-install-recommends install "$@" && apt-get clean' \
        install "${packages[@]}" > "$hosts/debian50.log" 2>&1
    echo debian50 > "$hosts/debian50/etc/hostname"
    touch "$hosts/debian50.made"
fi
