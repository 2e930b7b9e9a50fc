import ConsoleRequest
import Testing

@Suite("What cronmill serve hands over")
struct ConsoleRequestTests {
    @Test("a request comes out of the pipe as it went in, also a long one")
    func pipe() throws {
        var request = ConsoleRequest(cron: ["host": "db1", "password": "s3 cret\n\""], work: ["host": "db2"])
        request.databases = ["shop", "ü"]
        request.metricsToken = "0123456789abcdef"
        for number in 0..<2_000 { request.exceptions["database_\(number)"] = ["host": "db3", "password": "s3cret"] }
        #expect(try ConsoleRequest.take(from: request.handOver()) == request)
    }

    @Test("one that does not fit is refused, and nobody waits for it")
    func tooLong() {
        var request = ConsoleRequest(cron: [:], work: [:])
        request.databases = [String(repeating: "x", count: 2_000_000)]
        #expect(throws: ConsoleRequest.Failure.self) { try request.handOver() }
    }
}
