namespace AnalyticsGraph.ClickHouse.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void Parse_Should_ReadAll_When_TheStringIsComplete()
    {
        var options = ClickHouseOptions.Parse("Host=db;Port=9000;Secure=true;Database=ml;Username=u;Password=\"a;b=c\";Compression=lz4;Timeout=5;MaxConnections=7;Retries=0;set_max_threads=2");

        Assert.Equal(("db", 9000, true, "ml", "u", "a;b=c"), (options.Host, options.Port, options.Secure, options.Database, options.Username, options.Password));
        Assert.Equal((ClickHouseCompression.Lz4, TimeSpan.FromSeconds(5), 7, 0), (options.Compression, options.Timeout, options.MaxConnections, options.Retries));
        Assert.Equal("2", options.Settings["max_threads"]);
        Assert.DoesNotContain("a;b", options.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Should_KeepDefaults_When_LittleIsSaid()
    {
        var options = ClickHouseOptions.Parse("Socket=/run/ch.sock;Password=");

        Assert.Equal(("/run/ch.sock", "default", "default", ""), (options.Socket, options.Database, options.Username, options.Password));
        Assert.Equal(TimeSpan.FromSeconds(30), options.Timeout);
    }

    [Theory]
    [InlineData("Hots=x", "'hots'")]
    [InlineData("Port=0", "Port")]
    [InlineData("Port=http", "http")]
    [InlineData("Compression=zstd", "zstd")]
    [InlineData("Timeout=-1", "Timeout")]
    [InlineData("nonsense", "Key=value")]
    public void Parse_Should_NameTheFault_When_SomethingIsWrong(string text, string named) =>
        Assert.Contains(named, Assert.Throws<FormatException>(() => ClickHouseOptions.Parse(text)).Message, StringComparison.OrdinalIgnoreCase);
}
