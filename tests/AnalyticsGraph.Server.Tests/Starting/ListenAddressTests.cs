using System.Net.Sockets;
using AnalyticsGraph.Server.Cli;
using AnalyticsGraph.Server.Hosting;
using Microsoft.Extensions.Configuration;

namespace AnalyticsGraph.Server.Tests.Starting;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5080")]
    [InlineData("http://[::1]:0")]
    [InlineData("http://localhost:5080; HTTP://*:80")]
    [InlineData("http://graph.example.org")]
    [InlineData("http://unix:/run/graph.sock")]
    public void Address_Should_BeTaken_When_ItIsOne(string urls) => ListenAddresses.Check(urls);

    [Theory]
    [InlineData("", "no address")]
    [InlineData("5080", "'5080' is no address")]
    [InlineData("http://", "'http://' is no address")]
    [InlineData("http://127.0.0.1:abc", "its host or port is none")]
    [InlineData("http://127.0.0.1:99999", "its host or port is none")]
    [InlineData("http://127.0.0.1:5080;http://a b", "'http://a b' is no address")]
    [InlineData("http://127.0.0.1:5080/graph", "has a path")]
    [InlineData("http://localhost:0", "on an IP address only")]
    [InlineData("https://127.0.0.1:5080", "leaves https to a proxy")]
    public void Address_Should_BeRefusedWithAnExample_When_ItIsNone(string urls, string says)
    {
        var refused = Assert.Throws<SettingException>(() => ListenAddresses.Check(urls));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.Contains("--urls http://127.0.0.1:", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SocketError.AddressAlreadyInUse)]
    [InlineData(SocketError.AccessDenied)]
    [InlineData(SocketError.AddressNotAvailable)]
    public void Failure_Should_NameTheSettingThatCounts_When_KestrelsEndpointsReplaceTheUrls(SocketError error)
    {
        var settings = new Dictionary<string, string?> { ["Kestrel:Endpoints:Inner:Url"] = "http://127.0.0.1:80", ["Kestrel:Endpoints:Outer:Url"] = "http://10.0.0.1:80" };

        var told = ListenAddresses.Explain(new SocketException((int)error), "http://127.0.0.1:5080", new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        var ofUrls = ListenAddresses.Explain(new SocketException((int)error), "http://127.0.0.1:5080", new ConfigurationBuilder().Build());

        Assert.Contains(" http://127.0.0.1:80;http://10.0.0.1:80", told, StringComparison.Ordinal);
        Assert.EndsWith(": set Kestrel:Endpoints:Inner:Url or Kestrel:Endpoints:Outer:Url, which counts in place of --urls", told, StringComparison.Ordinal);
        Assert.Contains(" http://127.0.0.1:5080", ofUrls, StringComparison.Ordinal);
        Assert.EndsWith(": --urls http://127.0.0.1:PORT", ofUrls, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:5080/", "AnalyticsGraph is ready: http://127.0.0.1:5080/graphql")]
    [InlineData("http://[::]:80", "AnalyticsGraph is ready: http://[::]:80/graphql")]
    [InlineData("http://unix:/run/graph.sock", "AnalyticsGraph is ready: http://unix:/run/graph.sock:/graphql")]
    [InlineData(null, "AnalyticsGraph is ready.")]
    public void Start_Should_TellWhereTheGraphIs_When_ItListens(string? address, string told) => Assert.Equal(told, GraphHost.Ready(address));
}
