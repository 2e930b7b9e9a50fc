internal import Postgres

extension Plan {
    /// The plan as a script for psql, which does the same when run: `psql -X -f FILE`.
    public var script: String {
        var lines = ["\\set ON_ERROR_STOP on"]
        for group in transactions {
            guard let first = group.first else { continue }
            lines += ["", "\\connect \(Self.connectArgument(first.database))"]
            if first.index != nil {
                lines.append("-- \(first.title.replacingNewlines)")
                lines += first.statements.map { "\($0.script);" }
                continue
            }
            lines += ["begin;", "set local client_min_messages = warning;"]
            lines += Deployment.settings.filter { $0.key != "client_min_messages" }.sorted { $0.key < $1.key }
                .map { "set local \($0) = \($1);" }
            for step in group {
                lines.append("-- \(step.title.replacingNewlines)")
                for statement in step.statements {
                    let text = statement.script
                    lines.append(text.last == "\n" ? String(text.dropLast()) : text)
                    if !text.endsStatement { lines[lines.count - 1] += ";" }
                }
            }
            lines.append("commit;")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A database's name as psql reads it after `\connect`: between double quotes nothing but they is special, but
    /// a name that looks like a connection string is read as one, and `-` means the present database.
    package static func connectArgument(_ database: String) -> String {
        var name = database
        var prefix = ""
        if database.contains("=") || database.contains("://") || database == "-" {
            prefix = "-reuse-previous=on "
            name = "dbname='\(database.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
        }
        return "\(prefix)\"\(name.replacing("\"", with: "\"\""))\""
    }
}

extension String {
    /// Whether the last thing in it, but for blanks and comment lines, is a semicolon.
    var endsStatement: Bool {
        for line in split(separator: "\n").reversed() {
            let trimmed = line.drop { $0 == " " }
            if trimmed.isEmpty || trimmed.hasPrefix("--") { continue }
            return trimmed.last { $0 != " " } == ";"
        }
        return false
    }

    /// For a comment: on one line, and without what could move the cursor of a terminal, or turn the line round.
    var replacingNewlines: String {
        var text = String.UnicodeScalarView()
        for scalar in String(map { $0.isNewline ? " " : $0 }).unicodeScalars {
            switch scalar.value {
            case 0..<0x20, 0x7f..<0xa0, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069, 0x061c: text.append(" ")
            default: text.append(scalar)
            }
        }
        return String(text)
    }
}
