using System.Net.Sockets;
using Npgsql;

namespace AnalyticsGraph.Tracking.Tests;

/// <summary>What callers are told when PostgreSQL cannot take a write.</summary>
public sealed class PostgresAbsenceTests
{
    [Theory]
    [InlineData("53100", true, "PostgreSQL's disk is full, so space must be freed first")]
    [InlineData("53300", true, "PostgreSQL takes no more connections")]
    [InlineData("55P03", true, "a longer call, such as a body that is being published, holds what it would change")]
    [InlineData("57P01", true, "PostgreSQL does not answer")]
    [InlineData("57P03", true, "PostgreSQL does not answer")]
    [InlineData("23505", false, null)]
    [InlineData("42703", false, null)]
    public void Reason_Should_TellWhatIsMissing_When_PostgresRefuses(string state, bool isAbsence, string? reason)
    {
        var fault = new PostgresException("refused", "ERROR", "ERROR", state);

        Assert.Equal(isAbsence, PostgresAbsence.IsCause(fault));
        Assert.True(reason is null || reason == PostgresAbsence.Reason(fault));
    }

    [Theory]
    [InlineData("53100", "The change could not be stored: PostgreSQL's disk is full, so space must be freed first.")]
    [InlineData("57P03", "The change could not be stored: PostgreSQL does not answer.")]
    [InlineData("57P01", "The change may have been stored or not: PostgreSQL does not answer.")]
    public void Outcome_Should_BeLeftOpen_When_TheCommitMayHaveBeenMade(string state, string told) =>
        Assert.Equal(told, PostgresAbsence.Outcome("The change", new PostgresException("refused", "ERROR", "ERROR", state)));

    [Theory]
    [InlineData(SocketError.ConnectionRefused, "The change could not be stored: PostgreSQL does not answer.")]
    [InlineData(SocketError.ConnectionReset, "The change may have been stored or not: PostgreSQL does not answer.")]
    public void Outcome_Should_BeLeftOpen_When_AConnectionIsLost(SocketError error, string told) =>
        Assert.Equal(told, PostgresAbsence.Outcome("The change", new NpgsqlException("lost", new SocketException((int)error))));
}
