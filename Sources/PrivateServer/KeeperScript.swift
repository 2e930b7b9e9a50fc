/// The shell program that stands between this process and its server.
///
/// It reads one step per line from its standard input, does it, and answers `done` or `failed`. When the input
/// ends - because this process is done with the server, or because it was killed in the middle of anything - the
/// script stops the server and removes the directory. The steps are done one after the other by the script itself,
/// so that no `initdb` can be writing while the directory is being removed.
enum KeeperScript {
    /// The arguments of the script: `$1` the directory, `$2` the programs' folder, `$3` the superuser, `$4` the locale,
    /// `$5` and `$6` socket directory and port of the server it is made from, `$7` more options for `initdb`.
    static let text = """
        # An answer to a process that is gone must not end this one; a trap, unlike '', is not inherited by the server.
        trap : PIPE
        umask 077
        directory=$1 programs=$2 superuser=$3 locale=$4 source=$5 source_port=$6 options=$7
        data=$directory/data
        control() { "$programs/pg_ctl" -D "$data" -l "$directory/server.log" -w "$@"; }
        create() {
            "$programs/initdb" -D "$data" -U "$superuser" -A trust -E UTF8 --locale="$locale" $options --no-sync &&
                echo "include = '../postgresql.conf'" >>"$data/postgresql.conf" &&
                cp "$directory/pg_hba.conf" "$data/pg_hba.conf"
        }
        # The settings of the source's ALTER SYSTEM come along, and so does its line that includes ours.
        copy() {
            "$programs/pg_basebackup" -D "$data" -h "$source" -p "$source_port" -U "$superuser" -c fast --no-sync "$@" &&
                cp "$directory/pg_hba.conf" "$data/pg_hba.conf"
        }
        # What is left of a server whose machine lost its power.
        cut() {
            kill -KILL "$(head -n 1 "$data/postmaster.pid")" || return
            kill_orphans
            kill_orphans
            true
        }
        crash() {
            kill -KILL "$(head -n 1 "$data/postmaster.pid")" || return
            # A start is refused until the last of the orphaned backends has let go of the shared memory. One that never
            # waits for anything does not notice that it is one; systemd would kill it with the postmaster.
            attempts=0
            until control start; do
                attempts=$((attempts + 1))
                [ $attempts -lt 100 ] || return
                [ $attempts -lt 10 ] || kill_orphans
                sleep 0.2
            done
        }
        kill_orphans() {
            for process in $(find /proc/[0-9]*/cwd -maxdepth 0 -lname "$data"); do
                process=${process%/cwd}
                kill -KILL "${process#/proc/}"
            done
        }
        kept=no
        while read -r step; do
            case $step in
            create) create ;;
            copy) copy ;;
            replicate) copy -R ;;
            start) control start ;;
            promote) control promote ;;
            cut) cut ;;
            restart-fast) control -m fast restart ;;
            restart-immediate) control -m immediate restart ;;
            crash) crash ;;
            keep) kept=yes ;;
            stop) kept=no; break ;;
            *) false ;;
            esac >>"$directory/setup.log" 2>&1 </dev/null && echo done || echo failed
        done
        [ $kept = yes ] && exit
        if [ -e "$data/postmaster.pid" ]; then
            control -m fast -t 30 stop || control -m immediate stop
        fi >/dev/null 2>&1 </dev/null
        rm -rf "$directory"
        """

    /// What the script is asked to do.
    enum Step: String {
        case create
        case copy
        case replicate
        case start
        case promote
        case cut
        case restartFast = "restart-fast"
        case restartImmediate = "restart-immediate"
        case crash
        case keep
        case stop
    }

    /// What it says when it has done that, or tried.
    enum Answer: String {
        case done
        case failed
    }
}
