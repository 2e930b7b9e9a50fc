import Fuzzing
import Postgres
import Testing

@testable import cronmill_cli

/// What the command line parses by itself, with changed inputs (`make fuzz`).
@Suite("Fuzzing the command line")
struct CommandLineFuzzTests {
    @Test("an environment file is understood or refused with its line, and no message has a value in it")
    func environmentFiles() {
        let secret = "Geheim123"
        var fuzz = Fuzz(
            "environment files",
            from: [
                "DB_HOST=db1\nexport DB_PASSWORD='\(secret)'\n# comment\n\nDB_USER=\"a \\\"b\\\" \\$c\" # name\n",
                "\u{feff}DB_PASSWORD=\(secret)\r\nX=\"\(secret)\\n\"", "DB_PASSWORD = \(secret) # x", "export=1",
            ],
            tokens: ["export ", "=", "'", "\"", "\\", "#", " #", "\n", "\r\n", "$", secret]
        )
        while let text = fuzz.next() {
            let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).count
            do {
                let file = try EnvironmentFile(name: "f", text: text)
                fuzz.keep(text)
                for (name, entry) in file.entries {
                    guard (1...lines).contains(entry.line), !name.isEmpty else {
                        Issue.record("\(text.debugDescription): \(name) in line \(entry.line)")
                        return
                    }
                }
            } catch {
                guard !error.description.contains(secret), let line = error.line, (1...lines).contains(line) else {
                    Issue.record("\(text.debugDescription): \(error)")
                    return
                }
            }
        }
        #expect(fuzz.count > 0)
    }

    @Test("a quoted value of an environment file is read as it was written")
    func quotedValues() throws {
        var fuzz = Fuzz(
            "values of environment files",
            from: ["a b", "\"x\"", "#", "$HOME", "\\n", "'"],
            tokens: ["\\", "\"", "$"]
        )
        while let text = fuzz.next() {
            guard !text.unicodeScalars.contains(where: { $0 == "\n" || $0 == "\r" }) else { continue }
            let escaped = text.unicodeScalars.map { ["\"", "\\", "$"].contains($0) ? "\\\($0)" : "\($0)" }.joined()
            var lines = ["X=\"\(escaped)\""]
            if !text.unicodeScalars.contains("'") { lines.append("X='\(text)' # comment") }
            for line in lines {
                guard
                    try EnvironmentFile(name: "f", text: line).entries["X"]?.value.unicodeScalars.elementsEqual(
                        text.unicodeScalars
                    ) == true
                else {
                    Issue.record("\(line.debugDescription) is not read as \(text.debugDescription)")
                    return
                }
            }
            fuzz.keep(text)
        }
        #expect(fuzz.count > 0)
    }

    @Test("what libpq takes for a password is never shown of a URI")
    func redaction() {
        let secret = "Geheim123"
        var fuzz = Fuzz(
            "redaction of URIs",
            from: [
                "postgresql://user:\(secret)@db1:5433/app?sslmode=require",
                "postgres:///app?host=/run&password=\(secret)",
                "postgresql://u:a/b@\(secret)@h/d", "postgresql://u@h/d?%70assword=\(secret)&sslpassword=\(secret)",
            ],
            tokens: ["@", ":", "/", "%", "%70", "?", "&", "=", "password", "passfile", "[::1]", secret]
        )
        while let text = fuzz.next() {
            guard ConnectionURI.isURI(text) else { continue }
            let shown = ConnectionURI.redacted(text)
            do {
                let info = try ConnectionInfo(uri: text)
                fuzz.keep(text)
                let isHidden = !shown.contains(secret)
                for keyword in ["password", "sslpassword"] where info[keyword]?.contains(secret) == true && !isHidden {
                    // It may stand elsewhere, too, where it is none.
                    let others = [
                        "user", "host", "port", "dbname", "hostaddr", "application_name", "options", "sslmode",
                    ]
                    guard others.contains(where: { info[$0]?.contains(secret) == true }) else {
                        Issue.record("\(text.debugDescription) is shown as \(shown)")
                        return
                    }
                }
            } catch {
                continue
            }
        }
        #expect(fuzz.count > 0)
    }
}
