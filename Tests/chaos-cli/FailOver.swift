import ArgumentParser
import Chaos

struct FailOver: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failover",
        abstract: "Cut a busy primary off and promote its standby.",
        discussion: """
            Verifies that nothing is done on the standby before it is adopted, that all goes on after it, and that no \
            task is lost or done twice; says how long none was done.
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.conclude(try await Failover.run(try common.options()) { CommonOptions.note("failover: \($0)") })
    }
}
