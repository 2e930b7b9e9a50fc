internal import Cronmill
internal import Postgres

extension Deployment {
    /// The same databases, as a role that gives its own password.
    func logging(in role: String, password: String) -> Deployment {
        mapped { $0.logging(in: role, password: password) }
    }

    /// The same databases, as a service of libpq's has it: its server, its role.
    func using(service: String) -> Deployment {
        mapped { target in ConnectionInfo(["service": service, "dbname": target["dbname"] ?? "postgres"]) }
    }

    private func mapped(_ change: (ConnectionInfo) -> ConnectionInfo) -> Deployment {
        var deployment = self
        deployment.cron = change(cron)
        deployment.work = change(work)
        deployment.exceptions = exceptions.mapValues(change)
        return deployment.patient
    }
}

extension ConnectionInfo {
    /// Without what proves who the console is, and with the demand that no password be sent in clear text to a server
    /// that proves nothing, where libpq has it (16).
    fileprivate func logging(in role: String, password: String) -> ConnectionInfo {
        var target = self
        for keyword in ["passfile", "sslcert", "sslkey", "sslpassword"] { target[keyword] = nil }
        (target["user"], target["password"]) = (role, password)
        if Self.knows("require_auth"), target["require_auth"] == nil, target["sslmode"]?.hasPrefix("verify-") != true {
            target["require_auth"] = "!password"
        }
        return target
    }
}
