import Postgres
import Testing

@Suite("ConnectionInfo")
struct ConnectionInfoTests {
    @Test("a URI becomes keywords")
    func uri() throws {
        let info = try ConnectionInfo(uri: "postgresql://ann:s%20ecret@db1:5433/app?sslmode=require&connect_timeout=3")
        #expect(
            info
                == ConnectionInfo([
                    "host": "db1", "port": "5433", "user": "ann", "password": "s ecret", "dbname": "app",
                    "sslmode": "require", "connect_timeout": "3",
                ])
        )
    }

    @Test("the short scheme, several hosts and keywords are understood")
    func otherForms() throws {
        let hosts = try ConnectionInfo(uri: "postgres://a:1,b:2/app?target_session_attrs=read-write")
        #expect(hosts["host"] == "a,b")
        #expect(hosts["port"] == "1,2")
        #expect(try ConnectionInfo(uri: "host=db1 dbname='my app'")["dbname"] == "my app")
    }

    @Test("another database keeps everything else")
    func database() {
        let info = ConnectionInfo(["host": "db1", "dbname": "app"])
        #expect(info.database("other") == ConnectionInfo(["host": "db1", "dbname": "other"]))
        #expect(info["dbname"] == "app")
    }

    @Test("the description has no password")
    func description() {
        let info = ConnectionInfo([
            "password": "hidden", "sslpassword": "hidden", "user": "ann", "host": "/tmp/a b", "dbname": "it's",
            "sslmode": "require",
        ])
        #expect(info.description == #"host='/tmp/a b' dbname='it\'s' user=ann sslmode=require"#)
        #expect(!String(reflecting: info).contains("hidden"))
        var dumped = ""
        dump(info, to: &dumped)
        #expect(!dumped.contains("hidden"))
    }

    @Test(
        "an address that cannot be read is refused without showing it",
        arguments: [
            ("postgresq://ann:hidden@db1/app", #"missing "=" after "...""#),
            ("postgresql://ann:hid%zzden@db1/app", #"invalid percent-encoded token: "...""#),
            (
                "postgresql://ann:hidden@[::1/app",
                #"end of string reached when looking for matching "]" in IPv6 host address in URI: "...""#
            ),
            ("postgresq://ann:hid\"den@db1/app", #"missing "=" after "...""#),
            ("host=db1 sslmod=require", #"invalid connection option "sslmod""#),
            ("postgresql://db1/app?sslmod=require", #"invalid URI query parameter: "sslmod""#),
        ]
    )
    func refused(address: String, message: String) {
        let error = #expect(throws: PostgresError.self) { try ConnectionInfo(uri: address) }
        #expect(error?.kind == .client)
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("hid") == false)
    }
}
