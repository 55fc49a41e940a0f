using AnalyticsGraph.ClickHouse;

namespace AnalyticsGraph.Tracking.Tests;

/// <summary>Which failures of ClickHouse may pass.</summary>
public sealed class ClickHouseAbsenceTests
{
    [Theory]
    [InlineData(159, true)]
    [InlineData(202, true)]
    [InlineData(209, true)]
    [InlineData(210, true)]
    [InlineData(394, true)]
    [InlineData(27, false)]
    [InlineData(33, false)]
    [InlineData(117, false)]
    public void Absence_Should_BeTheCause_When_TheSameMaySucceedLater(int code, bool isAbsence) => Assert.Equal(isAbsence, ClickHouseAbsence.IsCause(new ClickHouseException(code, "refused")));

    [Fact]
    public void Absence_Should_BeTheCause_When_NobodyAnswers() => Assert.True(ClickHouseAbsence.IsCause(new ClickHouseTransportException("refused")));
}
