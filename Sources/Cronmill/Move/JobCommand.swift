/// What a job's command is made of, as far as it decides how pg_cron can run it (tried on pg_cron 1.4.2 to 1.6.8).
struct JobCommand: Sendable, Hashable {
    /// Its statements in lower case, without comments and with quoted text left empty, one blank between words.
    let statements: [String]

    init(_ text: String) {
        statements = Self.split(text)
    }

    /// What cannot survive pg_cron's background workers, or pg_cron at all; sentences without full stop.
    var remarks: [String] {
        var remarks: [String] = []
        if statements.isEmpty {
            remarks.append("is empty: with background workers its run never ends")
        }
        if statements.contains(where: { ["begin", "start"].contains($0.firstWord) }) {
            remarks.append("controls transactions itself: with background workers its work is lost")
        }
        if statements.contains(where: {
            $0.firstWord == "copy" && $0.hasSuffix(" to stdout") || $0.contains(" to stdout ")
        }) {
            remarks.append("is a COPY TO STDOUT: without background workers it hangs pg_cron")
        }
        if statements.count > 1 {
            if statements.contains(where: { $0.firstWord == "call" }) {
                remarks.append("is more than one CALL: the procedure cannot commit")
            } else if statements.contains(where: { ["vacuum", "reindex", "cluster"].contains($0.firstWord) }) {
                remarks.append("has VACUUM or the like among several statements: it fails")
            } else {
                remarks.append(
                    "is several statements: with background workers later ones do not see what earlier ones did"
                )
            }
        }
        return remarks
    }

    /// Whether it names something in pg_cron's schema, which it looks for in the database it runs in.
    var namesCron: Bool {
        statements.contains { statement in
            statement.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "." || $0 == "$") }
                .contains { $0.hasPrefix("cron.") }
        }
    }

    private static func split(_ text: String) -> [String] {
        var statements: [String] = []
        var words = ""
        var rest = Substring(text)
        func end() {
            let trimmed = words.split { $0.isWhitespace }.joined(separator: " ").lowercased()
            if !trimmed.isEmpty { statements.append(trimmed) }
            words = ""
        }
        while let character = rest.first {
            if rest.hasPrefix("--") {
                rest = rest.drop { !$0.isNewline }
                words += " "
            } else if rest.hasPrefix("/*") {
                rest = rest.afterComment
                words += " "
            } else if character == "'" {
                rest = rest.dropFirst().after("'")
                words += "''"
            } else if character == "\"" {
                let name = rest.dropFirst().prefix { $0 != "\"" }
                words += "\"\(name)\""
                rest = name.endIndex < rest.endIndex ? rest[name.endIndex...].dropFirst() : ""
            } else if character == "$", let tag = rest.dollarTag {
                rest = rest.dropFirst(tag.count).after(tag)
                words += "''"
            } else if character == ";" {
                rest.removeFirst()
                end()
            } else {
                words.append(character)
                rest.removeFirst()
            }
        }
        end()
        return statements
    }
}

extension String {
    fileprivate var firstWord: Substring { prefix { $0.isLetter } }
}

extension Substring {
    /// What follows a text, or nothing if it does not come.
    fileprivate func after(_ end: some StringProtocol) -> Substring {
        firstRange(of: String(end)).map { self[$0.upperBound...] } ?? ""
    }

    /// Comments of this kind nest.
    fileprivate var afterComment: Substring {
        var rest = dropFirst(2)
        var depth = 1
        while depth > 0, !rest.isEmpty {
            if rest.hasPrefix("/*") {
                depth += 1
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix("*/") {
                depth -= 1
                rest = rest.dropFirst(2)
            } else {
                rest.removeFirst()
            }
        }
        return rest
    }

    /// `$$` or `$tag$` at the beginning.
    fileprivate var dollarTag: Substring? {
        let name = dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        guard name.first?.isNumber != true else { return nil }
        let end = name.endIndex
        guard end < endIndex, self[end] == "$" else { return nil }
        return self[startIndex...end]
    }
}
