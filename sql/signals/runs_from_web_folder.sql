-- runs_from_web_folder: runs a compiled program from what a web server gives out
-- platform:        linux
-- technique:       T1036.005
-- weight:          25
-- false positives: a web application that keeps its own daemon below its document root
--
-- shape:   unit_command
-- fires:   {"program": "/var/www/html/wp-content/uploads/opt"}
-- fires:   {"program": "/srv/www/shop/public/assets/cdnd"}
-- spares:  {"program": "/var/www/shop/server"}
-- spares:  {"program": "/var/www/html/wp-content/uploads/opt", "program_kind": "script"}
-- spares:  {"program": "/srv/www/shop/bin/cdnd"}
NOT vendor AND program_kind = 'elf'
AND program REGEXP '^/(var/www|srv/www|srv/http|usr/share/nginx|usr/local/(apache2|nginx)|home/[^/]+/public_html|opt/lampp/htdocs)/'
AND program REGEXP '/(uploads?|assets|images?|img|css|js|fonts?|static|media|cgi-bin|wp-(content|includes|admin)|cache|tmp|themes|plugins|files)/'
