extension AuthenticationRule {
    /// The first rule that is about a login of the role, as the server chooses it; nil if none is, which refuses.
    ///
    /// - Parameter host: where pg_cron connects to: a socket's directory, or the server's own loopback address.
    static func first(of rules: [AuthenticationRule], role: RoleFacts, database: String, host: String) -> Self? {
        rules.first { rule in
            rule.covers(host) && rule.coversDatabase(database, role) && rule.coversRole(role)
        }
    }

    /// Whether an address is one this can judge.
    static func canJudge(_ host: String) -> Bool {
        host.hasPrefix("/") || ["localhost", "127.0.0.1"].contains(host)
    }

    private func covers(_ host: String) -> Bool {
        host.hasPrefix("/") ? type == "local" : type != "local" && type != "hostgssenc" && coversLoopback
    }

    private func coversDatabase(_ database: String, _ role: RoleFacts) -> Bool {
        databases.contains { name in
            switch name {
            case "all": true
            case "sameuser": database == role.name
            case "samerole", "samegroup": role.memberOf.contains(database) || database == role.name
            case "replication": false
            default: name == database
            }
        }
    }

    private func coversRole(_ role: RoleFacts) -> Bool {
        users.contains { name in
            name == "all" || name == role.name
                || (name.hasPrefix("+")
                    && (role.memberOf.contains(String(name.dropFirst())) || name == "+\(role.name)"))
        }
    }
}
