# Keeps the directory of one cluster: makes it, tells where it is, and once nobody holds the other end of standard
# input any more, ends every process that works in it and deletes it. The system closes that end when its
# holder ends, however that happens, so that a killed test leaves nothing.
#
#     sh guard.sh DIRECTORY_OF_TEMPORARY_FILES [OWNER:GROUP]
trap '' HUP INT PIPE TERM
cd / || exit
directory=$(mktemp -d "$1/ppob-postgres-XXXXXX" 2>&1) || { echo "$directory"; exit 1; }
data=$directory/data
mkdir -m 700 "$data"
test -z "$2" || chown "$2" "$directory" "$data"
echo "$directory"
# Whoever reads what the test writes is not kept waiting.
exec >&-

read -r _

# A process is not forked and forgotten: a pass that finds none ends this, and no pass comes too early, because a child
# that is being made holds the other end until it works in the directory.
passes=0 found=yes
while test "$found" && test $passes -lt 600; do
    found='' passes=$((passes + 1))
    for process in /proc/[0-9]*; do
        if test "$process/cwd" -ef "$data"; then
            found=yes
            kill -KILL "${process#/proc/}" 2>/dev/null
        fi
    done
    test -z "$found" || sleep 0.05
done

# The seventh line of this file, which only a server that was killed leaves behind, is the key and the number of its
# shared memory.
segment=$(sed -n '7s/^ *[0-9]* *//p' "$data/postmaster.pid" 2>/dev/null)
test -z "$segment" || ipcrm -m "$segment" 2>/dev/null
rm -rf "$directory"
