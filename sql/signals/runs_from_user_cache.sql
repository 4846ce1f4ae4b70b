-- runs_from_user_cache: runs a program from a user's cache, which any program may empty
-- platform:        linux
-- technique:       T1036.005
-- weight:          25
-- reference:       XDG Base Directory Specification
-- false positives: tools that build into the cache; poetry, uv, pip, bazel, playwright, pre-commit, nix and the like are left out
--
-- shape:   unit_command
-- fires:   {"runs": "[\"/home/ann/.cache/fontconfig/x\"]"}
-- fires:   {"runs": "[\"/usr/bin/python3\",\"/root/.cache/mesa/x.py\"]"}
-- spares:  {"runs": "[\"/home/ann/.cache/pypoetry/virtualenvs/x/bin/python\"]"}
-- spares:  {"runs": "[\"/home/ann/.local/bin/x\"]"}
-- spares:  {"runs": "[\"/home/ann/.cache/fontconfig/x\"]", "vendor": 1}
NOT vendor AND runs REGEXP '"/(home/[^/"]+|root)/[.]cache/'
AND runs NOT REGEXP '/[.]cache/(pypoetry|uv|pip|pipx|bazel|bazelisk|ms-playwright|puppeteer|pre-commit|nix|go-build|yarn|pnpm|npm|node|deno|bun|huggingface|torch|virtualenv|prisma|electron|selenium|rod|act|dagger|trivy|cypress|Cypress|jdtls|coursier|zig|gitstatus|p10k[^/]*|starship|wal|rofi[^/]*|JetBrains|vscode[^/]*)/'
