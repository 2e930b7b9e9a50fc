internal import ArgumentParser
internal import Cronmill

struct Alarms: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what is wrong, acknowledge it, and say from when on it is.",
        discussion: """
            The housekeeper looks every minute. It raises an alarm once, tells it by
            NOTIFY cronmill_alarm, and clears it when it is over.

            Examples:
              cronmill alarms --all
              cronmill alarms acknowledge 12
              cronmill alarms thresholds --set behind=30m --set dead=100
            """,
        subcommands: [AlarmList.self, AlarmAcknowledge.self, AlarmThresholds.self, AlarmDeliver.self],
        defaultSubcommand: AlarmList.self
    )
}
