sudo -u root env A=b systemctl --now enable 'x.service' "y$z" && echo "ExecStart=/tmp/a" > /etc/systemd/system/e.service; sh -c "systemctl daemon-reload" | tee -a /tmp/{a,b}.service <<X
[Service]
X
