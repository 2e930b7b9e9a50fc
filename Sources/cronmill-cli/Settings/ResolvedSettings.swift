/// Both connections, by libpq's keywords (`host`, `port`, `user`, `password`, `dbname`).
///
/// A keyword that nobody gave is absent, so that libpq looks at its own `PG*` variables, service file and password file.
struct ResolvedSettings: Sendable, Hashable {
    /// The connection to work databases; `dbname` is `DB_NAME`, for when no database is named.
    var work: [String: Setting]

    /// The connection to the cron database; `dbname` is always there.
    var cron: [String: Setting]

    /// The work databases named with `--database`, each a name or a connection URI, without repetitions.
    var databases: [Setting]

    /// Settings of other tools that were found and have no effect here, sorted.
    var ignored: [String]

    /// The password that libpq takes where none is given.
    var libpqPassword: Setting?

    /// The environment file, if it holds a password and others can read it.
    var openFile: String?
}

extension ResolvedSettings {
    /// Refuses to send a password to where only a file in the working directory says: whoever can put a file there could
    /// have it, in clear text.
    ///
    /// - Parameter connection: a side, or what a URI has added to it.
    /// - Throws: `SettingsError`
    func checkTrust(_ connection: [String: Setting]) throws(SettingsError) {
        guard let secret = connection["password"] ?? libpqPassword, !secret.source.isFoundFile else { return }
        let targets = [
            "host": "host", "hostaddr": "host", "port": "port", "service": "service", "servicefile": "service",
        ]
        for (keyword, what) in targets.sorted(by: { $0.key < $1.key }) {
            guard let target = connection[keyword], target.source.isFoundFile else { continue }
            throw SettingsError(
                "the password of \(secret.source) would go to a \(what) that \(target.source) names",
                hint:
                    "A file that only lies in the working directory is not trusted with it: name the file with --env-file, "
                    + "or give both in one place."
            )
        }
    }
}

extension Setting.Source {
    /// Whether nobody named the file it is from.
    fileprivate var isFoundFile: Bool {
        guard case .file(_, _, _, isNamed: false) = self else { return false }
        return true
    }
}
