internal import Cronmill

extension PermissionReport {
    /// The findings for people: what is to be put right, each with its SQL; what is right is counted, or told with
    /// --verbose.
    func lines(verbose: Bool) -> [String] {
        var lines: [String] = []
        for finding in findings where finding.isWrong || verbose || finding.state == .unknown {
            let role = finding.role.map { " role \($0):" } ?? ""
            lines.append("\(finding.state.rawValue): \(finding.database):\(role) \(finding.text)")
            guard let remedy = finding.remedy else { continue }
            lines.append(
                "  as \(remedy.executor.title), in \(remedy.database)\(remedy.needsRestart ? ", then restart" : ""):"
            )
            lines += remedy.sql.split(separator: "\n").map { "    \($0)" }
        }
        return lines
    }

    /// How many of them there are.
    var summary: String {
        "\(findings.count { $0.state == .present }) as they have to be, \(wrong.count) to put right"
    }

    /// All remedies as a script for psql, by database.
    var script: String {
        var text = ""
        var database = ""
        for remedy in remedies() {
            if remedy.database != database {
                database = remedy.database
                text += "\\connect \(Plan.connectArgument(database))\n"
            }
            text += "-- as \(remedy.executor.title)\(remedy.needsRestart ? ", then restart the server" : "")\n"
            text += "\(remedy.sql)\n"
        }
        return text
    }
}

extension JSON {
    /// What check-permissions found, for programs.
    static func report(_ report: PermissionReport) -> JSON {
        .array(
            report.findings.map { finding in
                [
                    "state": .string(finding.state.rawValue), "database": .string(finding.database),
                    "role": JSON(finding.role), "text": .string(finding.text),
                    "remedy": finding.remedy.map { remedy in
                        [
                            "sql": .string(remedy.sql), "database": .string(remedy.database),
                            "by": .string(remedy.executor.title), "restart": .boolean(remedy.needsRestart),
                        ]
                    } ?? .null,
                ]
            }
        )
    }
}
