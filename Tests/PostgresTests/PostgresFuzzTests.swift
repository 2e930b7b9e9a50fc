import Fuzzing
import Testing

@testable import Postgres

/// Parsers of the client, with changed inputs (`make fuzz`).
@Suite("Fuzzing the client")
struct PostgresFuzzTests {
    @Test("whatever array text is read can be written and read again")
    func arrays() {
        var fuzz = Fuzz(
            "array text",
            from: ["{}", "{a,b}", #"{"a,b","c\"d","e\\f",""}"#, #"{NULL,"NULL",null}"#, "[2:3]={x,y}", "{é,\"ß €\"}"],
            tokens: ["{", "}", ",", "\"", "\\", "NULL", "[1:1]="]
        )
        while let text = fuzz.next() {
            let written = ArrayText.literal([text, nil])
            guard ArrayText.elements(of: written) == [text, nil] else {
                Issue.record("element \(text.debugDescription) is not read back from \(written)")
                return
            }
            guard let elements = ArrayText.elements(of: text) else { continue }
            fuzz.keep(text)
            guard ArrayText.elements(of: ArrayText.literal(elements)) == elements else {
                Issue.record("elements of \(text.debugDescription) are not read back")
                return
            }
        }
        #expect(fuzz.count > 0)
    }

    @Test("no message about a connection address has the password in it")
    func addresses() {
        let secret = "Geheim123"
        var fuzz = Fuzz(
            "connection addresses",
            from: [
                "postgresql://user:\(secret)@db1:5433/app?sslmode=require&connect_timeout=5",
                "postgres:///app?host=/run&user=u&password=\(secret)", "host=db1 password=\(secret) dbname=app",
                "host=db1 password='a \\' \(secret)' dbname=app", "postgresql://u:%41\(secret)@[::1]/",
            ],
            tokens: ["postgresql://", "@", ":", "%", "%20", "?", "&", "=", "password=", "'", "\\", "[", "]", secret]
        )
        while let text = fuzz.next() {
            do {
                let info = try ConnectionInfo(uri: text)
                fuzz.keep(text)
                if info["password"] == secret { continue }
            } catch {
                guard !"\(error)".contains(secret) else {
                    Issue.record("the message about \(text.debugDescription) has the password in it: \(error)")
                    return
                }
            }
        }
        #expect(fuzz.count > 0)
    }
}
