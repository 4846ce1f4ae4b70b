-- known_modules: modules of the kernel that administrators load at boot.
--
-- why:     A module named in modules-load.d runs in the kernel. Whether a package owns it is known only where the
--          kernel's modules are part of the evidence; the modules listed here need no such proof. name is a GLOB
--          pattern in lower case, with _ for -.
-- columns: name     GLOB pattern of the module's name, lower case, with _ for -
--          purpose  Purpose of the module
-- sources: defaults, or a table of this name in the open database
--
--   SELECT name, purpose FROM known_modules;
CREATE TEMP TABLE known_modules(
    name    TEXT PRIMARY KEY,
    purpose TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO temp.known_modules VALUES
    ('overlay', 'containers'), ('br_netfilter', 'containers'), ('veth', 'containers'), ('fuse', 'file systems'),
    ('nf_*', 'packet filter'), ('nft_*', 'packet filter'), ('xt_*', 'packet filter'), ('ipt_*', 'packet filter'),
    ('ip6t_*', 'packet filter'), ('ip_set*', 'packet filter'), ('ip_vs*', 'load balancing'),
    ('ip_tables', 'packet filter'), ('ip6_tables', 'packet filter'), ('iptable_*', 'packet filter'),
    ('ip6table_*', 'packet filter'), ('ebtable*', 'packet filter'), ('arptable*', 'packet filter'),
    ('tcp_bbr*', 'network'), ('tcp_*', 'network'), ('sch_*', 'network'), ('cls_*', 'network'), ('act_*', 'network'),
    ('wireguard', 'network'), ('tun', 'network'), ('tap', 'network'), ('ipip', 'network'), ('ip_gre', 'network'),
    ('ip6_gre', 'network'), ('ip_tunnel', 'network'), ('ip6_tunnel', 'network'), ('sit', 'network'),
    ('gre', 'network'), ('vxlan', 'network'), ('geneve', 'network'), ('bonding', 'network'), ('bridge', 'network'),
    ('8021q', 'network'), ('macvlan', 'network'), ('macvtap', 'network'), ('ipvlan', 'network'), ('dummy', 'network'),
    ('ifb', 'network'), ('vrf', 'network'), ('openvswitch', 'network'), ('vport_*', 'network'), ('af_packet', 'network'),
    ('l2tp_*', 'network'), ('pptp', 'network'), ('ppp_*', 'network'), ('pppoe', 'network'), ('esp4', 'network'),
    ('esp6', 'network'), ('ah4', 'network'), ('ah6', 'network'), ('xfrm_*', 'network'), ('tls', 'network'),
    ('sctp', 'network'), ('dccp', 'network'), ('mpls_*', 'network'), ('can', 'network'), ('can_*', 'network'),
    ('slcan', 'network'), ('vcan', 'network'), ('mac80211_hwsim', 'network'), ('team*', 'network'),
    ('kvm', 'virtual machines'), ('kvm_*', 'virtual machines'), ('vhost*', 'virtual machines'),
    ('vfio*', 'virtual machines'), ('virtio*', 'virtual machines'), ('vsock*', 'virtual machines'),
    ('vmw_*', 'virtual machines'), ('vmxnet3', 'virtual machines'), ('hv_*', 'virtual machines'),
    ('xen_*', 'virtual machines'), ('nvidia*', 'graphics'), ('amdgpu', 'graphics'), ('i915', 'graphics'),
    ('xe', 'graphics'), ('radeon', 'graphics'), ('nouveau', 'graphics'), ('vboxdrv', 'virtual machines'),
    ('vboxnet*', 'virtual machines'), ('vboxguest', 'virtual machines'), ('vboxsf', 'virtual machines'),
    ('vmmon', 'virtual machines'), ('vmnet', 'virtual machines'), ('evdi', 'graphics'), ('zfs', 'file systems'),
    ('spl', 'file systems'), ('btrfs', 'file systems'), ('xfs', 'file systems'), ('ext4', 'file systems'),
    ('f2fs', 'file systems'), ('nfs*', 'file systems'), ('cifs', 'file systems'), ('ksmbd', 'file systems'),
    ('ceph', 'file systems'), ('rbd', 'storage'), ('nbd', 'storage'), ('loop', 'storage'), ('zram', 'storage'),
    ('brd', 'storage'), ('dm_*', 'storage'), ('raid*', 'storage'), ('bcache', 'storage'), ('drbd*', 'storage'),
    ('iscsi_*', 'storage'), ('libiscsi*', 'storage'), ('ib_*', 'storage'), ('rdma_*', 'network'), ('rpcrdma', 'network'),
    ('mlx*', 'network'), ('nvme*', 'storage'), ('target_core_*', 'storage'), ('configfs', 'file systems'),
    ('efivarfs', 'firmware'), ('efi_pstore', 'firmware'), ('sg', 'storage'), ('st', 'storage'), ('sd_mod', 'storage'),
    ('sr_mod', 'storage'), ('ahci', 'storage'), ('usb_storage', 'storage'), ('uas', 'storage'), ('mmc_*', 'storage'),
    ('i2c_*', 'sensors'), ('spi_*', 'sensors'), ('spidev', 'sensors'), ('w1_*', 'sensors'), ('coretemp', 'sensors'),
    ('k10temp', 'sensors'), ('nct6*', 'sensors'), ('it87', 'sensors'), ('w83*', 'sensors'), ('lm[0-9]*', 'sensors'),
    ('drivetemp', 'sensors'), ('jc42', 'sensors'), ('ipmi_*', 'sensors'), ('acpi_*', 'sensors'), ('msr', 'sensors'),
    ('cpuid', 'sensors'), ('rapl', 'sensors'), ('intel_*', 'sensors'), ('amd_*', 'sensors'), ('cpufreq_*', 'sensors'),
    ('softdog', 'watchdog'), ('iTCO_wdt', 'watchdog'), ('itco_wdt', 'watchdog'), ('*_wdt', 'watchdog'),
    ('lp', 'printers'), ('ppdev', 'printers'), ('parport*', 'printers'), ('uinput', 'input'), ('evdev', 'input'),
    ('joydev', 'input'), ('hid_*', 'input'), ('psmouse', 'input'), ('usbhid', 'input'), ('snd_*', 'sound'),
    ('snd', 'sound'), ('v4l2loopback', 'video'), ('videodev', 'video'), ('bcm2835_*', 'video'), ('uvcvideo', 'video'),
    ('usbip_*', 'usb'), ('vhci_hcd', 'usb'), ('g_*', 'usb'), ('libcomposite', 'usb'), ('dwc2', 'usb'),
    ('usbserial', 'usb'), ('ftdi_sio', 'usb'), ('cp210x', 'usb'), ('ch341', 'usb'), ('pl2303', 'usb'),
    ('cdc_*', 'usb'), ('option', 'usb'), ('qmi_wwan', 'usb'), ('ath*', 'network'), ('iwl*', 'network'),
    ('r81*', 'network'), ('e1000*', 'network'), ('igb', 'network'), ('ixgbe', 'network'), ('tpm*', 'security'),
    ('binder_linux', 'containers'), ('ashmem_linux', 'containers'), ('rtc_*', 'clock'), ('ptp*', 'clock'),
    ('pps_*', 'clock'), ('autofs4', 'file systems'), ('autofs', 'file systems'), ('aufs', 'file systems'),
    ('squashfs', 'file systems'), ('isofs', 'file systems'), ('vfat', 'file systems'), ('nls_*', 'file systems'),
    ('dmi_sysfs', 'firmware'), ('pci_stub', 'virtual machines'), ('edac_*', 'sensors'), ('aes*', 'security'),
    ('af_alg', 'security'), ('algif_*', 'security'), ('cryptodev', 'security'), ('ecryptfs', 'file systems'),
    ('netconsole', 'logging'), ('ramoops', 'logging'), ('pstore*', 'logging'), ('kheaders', 'tracing'),
    ('uio*', 'virtual machines'), ('igb_uio', 'virtual machines'), ('rte_kni', 'virtual machines');
