#!/bin/sh
# plist 1.10.3 (Rust crate), with quick-xml as pinned below
#
# Text in a CDATA section of an XML property list is left out without an error: a <string> that is one
# section becomes an empty string, and one that has text around a section is that text alone. People put
# shell commands of launchd jobs into CDATA, so as not to write &lt; and &amp;, and CoreFoundation, plistlib and
# libplist read them (Extensible Markup Language 1.0, 2.7: a section is character data). By this crate such a job
# has a Label and the arguments /bin/sh, -c and nothing.
#
# Seen: ["/bin/sh", "-c", "", "from  to"] for "date && sync" in a section, and for "from <here> to" of
# which "<here>" is one; plistlib has all of both.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export CARGO_HOME="$dir/cargo" CARGO_TARGET_DIR="$dir/target"
mkdir src
cat >Cargo.toml <<'END'
[package]
name = "find"
version = "0.1.0"
edition = "2021"

[dependencies]
plist = { version = "=1.10.3", default-features = false }
quick-xml = "=0.42.0"
END
cat >src/main.rs <<'END'
fn main() {
    let job = plist::Value::from_file("job.plist").unwrap();
    let words = job.as_dictionary().unwrap()["ProgramArguments"].as_array().unwrap();
    println!("{:?}", words.iter().map(|w| w.as_string().unwrap()).collect::<Vec<_>>());
}
END
cat >job.plist <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key><string>com.example.job</string>
	<key>ProgramArguments</key>
	<array>
		<string>/bin/sh</string>
		<string>-c</string>
		<string><![CDATA[date && sync]]></string>
		<string>from <![CDATA[<here>]]> to</string>
	</array>
</dict>
</plist>
END
cargo run -q >theirs 2>log || { cat log; exit 1; }
other=$(python3 -c 'import plistlib; print(*plistlib.load(open("job.plist", "rb"))["ProgramArguments"], sep="|")')
echo "plist: $(cat theirs) plistlib: $other"
[ "$(cat theirs)" = '["/bin/sh", "-c", "", "from  to"]' ]
[ "$other" = '/bin/sh|-c|date && sync|from <here> to' ]
