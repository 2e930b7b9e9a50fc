import Cronmill
import HTTPTypes
import Postgres
import Testing

@testable import Console

@Suite("Requests to the console")
struct RequestTests {
    private static let well = Snapshot.made([.made("shop", "letters")], at: .now)

    @Test("who is not logged in gets nothing but the status of health")
    func anonymous() async {
        let visit = Visit(Self.well)
        for path in ["/api/v1/nothing", "/actuator", "/actuator/health"] {
            #expect(await visit.answer(path).status == .notFound, "\(path)")
        }
        for path in ["/", "/metrics", "/nowhere", "/?q=db:x", "/favicon.ico"] {
            let answer = await visit.answer(path)
            #expect(answer.status == .unauthorized, "\(path)")
            #expect(answer.type == "application/problem+json")
            #expect(!answer.body.contains("shop"))
        }
        #expect(await visit.answer("/api/v1/health").body == "{\n  \"status\": \"pass\"\n}\n")
        #expect(await visit.answer("/healthz").status == .ok)
        #expect(await visit.answer("/readyz").status == .ok)
    }

    @Test("the one-time address logs in once, by a strict cookie that scripts do not see")
    func logIn() async throws {
        let visit = Visit(Self.well)
        let path = try "/login?once=\(#require(visit.console.access.issue()))"
        let secret = try #require(path.split(separator: "=").last)
        #expect(secret.count == 32)
        #expect(await visit.answer("/login?once=\(String(repeating: "0", count: 32))").status == .forbidden)
        #expect(await visit.answer("/login").status == .forbidden)
        #expect(await visit.answer(path, method: .head).status == .forbidden)
        #expect(await visit.answer(path, ["Sec-Purpose": "prefetch;prerender"]).status == .forbidden)
        let answer = await visit.answer(path)
        #expect(answer.status == .ok)
        let cookie = try #require(answer.fields[.setCookie])
        #expect(cookie.hasPrefix("cronmill-8642=") && cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Strict"))
        #expect(!answer.body.contains(secret) && !cookie.contains(secret))
        #expect(await visit.answer(path).status == .forbidden)
        let pair = String(cookie.prefix { $0 != ";" })
        for field in [pair, "a=b; \(pair)", "\(pair); c=d"] {
            #expect(await visit.answer("/", ["Cookie": field]).status == .ok, "\(field)")
        }
        for field in [pair + "0", String(pair.dropLast()), "x\(pair)", "cronmill-8642=", "cronmill-1=\(pair)"] {
            #expect(await visit.answer("/", ["Cookie": field]).status == .unauthorized, "\(field)")
        }
        #expect(await visit.answer("/nowhere", ["Cookie": pair]).status == .notFound)
        #expect(await visit.answer("/console.css", ["Cookie": pair]).type == "text/css; charset=utf-8")
        #expect(await visit.answer("/console.js", ["Cookie": pair]).status == .ok)
    }

    @Test("the one-time address leads to the page that was asked for before, and to nothing else")
    func landing() async throws {
        let visit = Visit(Self.well)
        func landing(_ note: String) async throws -> Answer {
            await visit.answer("/login?once=\(try #require(visit.console.access.issue()))", ["Cookie": note])
        }
        for (asked, target) in [
            ("/database?db=a%22b", "database?db=a%22b"), ("/?q=db:shop+verdict:behind", "./?q=db:shop+verdict:behind"),
        ] {
            let refused = await visit.answer(asked, ["Accept": "text/html"])
            #expect(refused.status == .unauthorized)
            let note = try #require(refused.fields[.setCookie])
            #expect(note.hasPrefix("cronmill-8642-asked="))
            #expect(note.hasSuffix("; Max-Age=600; Path=/; HttpOnly; SameSite=Strict"), "\(note)")
            let answer = try await landing("a=b; \(note.prefix { $0 != ";" })")
            #expect(answer.body.contains("content=\"0; url=\(target)\""), "\(answer.body)")
            let cookies = answer.fields[values: .setCookie]
            #expect(cookies.count == 2 && cookies[0].hasPrefix("cronmill-8642="))
            #expect(cookies.last?.hasPrefix("cronmill-8642-asked=; Max-Age=0; ") == true)
        }
        // Nothing is noted for programs, of the overview, of what is no page of ours, or is long.
        for path in ["/", "/console.css", "//evil.example", "/a/b", "/login?once=0", "/tasks?tag=\(Self.long)"] {
            #expect(await visit.answer(path, ["Accept": "text/html"]).fields[.setCookie] == nil, "\(path)")
        }
        #expect(await visit.answer("/database?db=shop").fields[.setCookie] == nil)
        for planted in [
            "%2F%2Fevil.example", "https%3A%2F%2Fevil.example", "javascript%3Aalert(1)", "a%0d%0aX-Y%3A1", "%ff", "",
            "pause%3Fdb%3Dshop%26processor%3Dletters", ".%2Fpause%3Fdb%3Dshop%26processor%3Dletters", "logout",
        ] {
            let answer = try await landing("cronmill-8642-asked=\(planted)")
            #expect(answer.body.contains("content=\"0; url=./\""), "\(planted): \(answer.body)")
        }
    }

    private static let long = String(repeating: "x", count: 3_000)

    @Test("only by its own names it answers, health too")
    func hosts() async {
        let visit = Visit(Self.well, names: ServerNames(hosts: ["Console.example.org"]))
        for host in ["127.0.0.1:8642", "localhost:8642", "LOCALHOST:8642", "[::1]:8642", "console.example.org"] {
            #expect(await visit.answer("/healthz", host: host).status == .ok, "\(host)")
        }
        let foreign = ["evil.example.org:8642", "127.0.0.1", "127.0.0.1:80", "localhost:8642.evil.org", "", nil]
        for host in foreign {
            #expect(await visit.answer("/healthz", host: host).status.code == 421, "\(host ?? "nil")")
        }
    }

    @Test("nothing is changed by it, so that nothing but GET and HEAD is understood")
    func methods() async {
        let visit = Visit(Self.well)
        let cookie = await visit.logIn()
        for method in [HTTPRequest.Method.post, .put, .delete, .options, .patch, .trace, .connect] {
            let answer = await visit.answer("/", method: method, cookie)
            #expect(answer.status == .methodNotAllowed)
            #expect(answer.fields[.allow] == "GET, HEAD")
        }
        #expect(await visit.answer("/", method: .head, cookie).status == .ok)
    }

    @Test("what another site asks for is refused, also with the cookie")
    func crossSite() async throws {
        let visit = Visit(Self.well)
        var fields = await visit.logIn()
        for site in ["cross-site", "same-site", "nonsense"] {
            fields["Sec-Fetch-Site"] = site
            #expect(await visit.answer("/", fields).status == .forbidden, "\(site)")
        }
        for site in ["none", "same-origin"] {
            fields["Sec-Fetch-Site"] = site
            #expect(await visit.answer("/", fields).status == .ok, "\(site)")
        }
        // A link in a message leads to a page that leads on; not to one with a button.
        fields["Sec-Fetch-Site"] = "cross-site"
        fields["Sec-Fetch-Mode"] = "navigate"
        fields["Sec-Fetch-Dest"] = "document"
        let led = await visit.answer("/tasks?db=%22%3E", fields)
        #expect(led.status == .ok && led.body.contains("content=\"0; url=./tasks?db=%22%3E\""))
        #expect(!led.body.contains("shop"))
        for path in ["/pause?db=shop&processor=letters", "/logout", "/a/b", "//evil.example"] {
            #expect(await visit.answer(path, fields).status == .forbidden, "\(path)")
        }
        #expect(await visit.answer("/tasks", method: .post, fields).status == .methodNotAllowed)
        fields["Sec-Fetch-Dest"] = "iframe"
        #expect(await visit.answer("/", fields).status == .forbidden)
        let path = try "/login?once=\(#require(visit.console.access.issue()))"
        fields = ["Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"]
        #expect(await visit.answer(path, fields).status == .forbidden)
        fields["Sec-Fetch-Mode"] = "navigate"
        #expect(await visit.answer(path, fields).status == .ok)
    }

    @Test("bad input is refused as RFC 9457 has it, and not repeated")
    func badInput() async {
        let visit = Visit(Self.well)
        let cookie = await visit.logIn()
        let paths = [
            "/?q=verdict%3Anonsense", "/?q=%ff", "/?q=1&q=2", "/?page=2", "/?q=queue:nonsense", "/healthz?nonsense",
            "/api/v1/health?strict=nonsense", "/console.css?nonsense",
        ]
        for path in paths {
            let answer = await visit.answer(path, cookie)
            #expect(answer.status == .badRequest, "\(path)")
            #expect(answer.type == "application/problem+json")
            #expect(answer.body.contains("\"status\": 400"))
            #expect(!answer.body.contains("nonsense"))
        }
        #expect(await visit.answer("/?q=" + String(repeating: "x", count: 7_000), cookie).status == .uriTooLong)
        let page = await visit.answer("/?q=verdict%3Anonsense", cookie.merging(["Accept": "text/html,*/*"]) { $1 })
        #expect(page.type == "text/html; charset=utf-8")
        #expect(page.status == .badRequest)
        // To be corrected, not typed again.
        #expect(page.body.contains("name=\"q\"") && page.body.contains("value=\"verdict:nonsense\""))
        let fields = cookie.merging(["Accept": "text/html"]) { $1 }
        let tasks = await visit.answer("/tasks?db=shop&tag=a%3Cb&sqlstate=nonsense", fields)
        #expect(tasks.status == .badRequest)
        #expect(tasks.body.contains("value=\"nonsense\"") && tasks.body.contains("value=\"a&lt;b\""))
    }

    @Test("every answer has the fields that keep browsers from running or framing anything")
    func fields() async throws {
        let visit = Visit(Self.well)
        let cookie = await visit.logIn()
        for path in ["/", "/healthz", "/nowhere", "/console.js", "/?q=%ff"] {
            let head = await visit.answer(path, cookie).head
            let policy = try #require(head[.contentSecurityPolicy])
            #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe"))
            #expect(head[.xContentTypeOptions] == "nosniff")
            #expect(head[try #require(HTTPField.Name("Referrer-Policy"))] == "same-origin")
            #expect(head[.cacheControl] == (path == "/console.js" ? "no-cache" : "no-store"))
        }
    }

    @Test("the description has the actuator's addresses, where they are served")
    func actuator() {
        let texts = [true, false].map { OpenAPI.document(withAliases: $0, cookie: "c").prettyText }
        for path in ["/actuator/health/readiness", "/actuator/metrics/{name}"] {
            #expect(texts.map { $0.contains("\"\(path)\"") } == [true, false], "\(path)")
        }
    }

    @Test("what the browser has is not sent again")
    func assets() async throws {
        let visit = Visit(Self.well)
        var fields = await visit.logIn()
        for path in ["/console.css", "/"] {
            fields["If-None-Match"] = nil
            let tag = try #require(await visit.answer(path, fields).fields[.eTag])
            // Who compresses for us calls it weak.
            for known in [tag, "W/\(tag)", "\"x\", \(tag)"] {
                fields["If-None-Match"] = known
                let answer = await visit.answer(path, fields)
                #expect(answer.status == .notModified && answer.body.isEmpty, "\(path) \(known)")
            }
            fields["If-None-Match"] = "\"x\""
            #expect(await visit.answer(path, fields).status == .ok)
        }
    }

    @Test("who can read gzip gets it, but for what is short and for pages with a token")
    func compression() async {
        let visit = Visit(Self.well)
        let cookie = await visit.logIn()
        func coding(_ path: String, _ accepted: String?) async -> String? {
            let head = await visit.answer(path, cookie.merging(["Accept-Encoding": accepted ?? ""]) { $1 }).head
            #expect(head[.vary]?.contains("Accept-Encoding") == true)
            return head[.contentEncoding]
        }
        for accepted in ["gzip", "deflate, GZIP;q=0.5", "br, *", "x-gzip"] {
            #expect(await coding("/", accepted) == "gzip", "\(accepted)")
        }
        for accepted in ["", "br", "gzip;q=0", "*; q=0.000", "gzipped"] {
            #expect(await coding("/", accepted) == nil, "\(accepted)")
        }
        #expect(await coding("/console.js", "gzip") == "gzip")
        for path in ["/healthz", "/logout", "/nowhere"] { #expect(await coding(path, "gzip") == nil, "\(path)") }
        // A page with a token is none of them, however long.
        let long = Answer.html("\(String(repeating: "x", count: 9_000))", hasToken: true)
        let request = HTTPRequest(
            method: .get,
            scheme: nil,
            authority: nil,
            path: "/",
            headerFields: [.acceptEncoding: "gzip"]
        )
        #expect(!long.negotiated(request).isCompressed)
    }

    @Test("a request with two names is refused, whichever is ours")
    func twoHosts() async throws {
        let visit = Visit(Self.well)
        for other in ["evil.example.org", "127.0.0.1:8642"] {
            #expect(await visit.answer("/healthz", ["Host": other]).status == .badRequest, "\(other)")
        }
    }

    @Test("metrics are for who has the token, or is logged in")
    func token() async {
        let token = "0123456789abcdef"
        let visit = Visit(Self.well, metricsToken: token)
        #expect(await visit.answer("/metrics", ["Authorization": "Bearer \(token)"]).status == .ok)
        #expect(await visit.answer("/metrics", ["Authorization": "bearer \(token)"]).status == .ok)
        for field in ["Bearer \(token)0", "Bearer ", "Basic \(token)", token, "Bearer 0123456789abcdeg"] {
            #expect(await visit.answer("/metrics", ["Authorization": field]).status == .unauthorized, "\(field)")
        }
        #expect(await visit.answer("/", ["Authorization": "Bearer \(token)"]).status == .unauthorized)
        #expect(await visit.answer("/metrics", visit.logIn()).status == .ok)
        #expect(await Visit(Self.well).answer("/metrics", ["Authorization": "Bearer "]).status == .unauthorized)
    }
}
