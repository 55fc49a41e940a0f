using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.Tracking.Ingest;

namespace AnalyticsGraph.Tracking.Tests;

/// <summary>Bodies that lie in files until they are read.</summary>
public sealed class HeldBodyTests
{
    private const int Size = 1000;
    private readonly TemporarySpace _space = new(Size);

    [Fact]
    public async Task Body_Should_BeInItsFile_When_ThereIsPlace()
    {
        var body = Enumerable.Range(0, Size).Select(n => (byte)n).ToArray();
        await using (var held = HeldBody.Create(_space))
        {
            await held.FillAsync(new MemoryStream(body), default);
            held.File.Position = 0;
            var stored = new byte[Size];
            await held.File.ReadExactlyAsync(stored);

            Assert.Equal(body, stored);
            Assert.False(_space.TryTake(1));
        }

        Assert.True(_space.TryTake(Size));
    }

    [Fact]
    public async Task Body_Should_BeRefusedAndLeaveNothing_When_OthersHaveThePlace()
    {
        Assert.True(_space.TryTake(Size / 2));
        await using (var held = HeldBody.Create(_space))
        {
            var refused = await Assert.ThrowsAsync<IngestException>(() => held.FillAsync(new MemoryStream(new byte[Size]), default));

            Assert.Equal(ErrorCodes.ResourceExhausted, refused.Code);
            Assert.Contains("1000 bytes that they may have of the temporary folder (Ingest:MaxTemporaryBytes)", refused.Message, StringComparison.Ordinal);
        }

        Assert.True(_space.TryTake(Size / 2));
    }

    [Theory]
    // Where nobody may make a file, not even root.
    [InlineData("/dev/pts")]
    [InlineData("/no/such/folder")]
    public void Body_Should_BeRefusedInWords_When_TheFolderTakesNoFile(string folder)
    {
        var refused = Assert.Throws<IngestException>(() => { HeldBody.Create(_space, folder); });

        Assert.Equal(ErrorCodes.StoreUnavailable, refused.Code);
        Assert.Contains("temporary folder (TMPDIR): it must be there", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(folder, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_Should_BeRefusedInWords_When_TheDiskIsFull()
    {
        await using (var held = new HeldBody(new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0), _space))
        {
            var refused = await Assert.ThrowsAsync<IngestException>(() => held.FillAsync(new MemoryStream(new byte[Size]), default));

            Assert.Equal(ErrorCodes.StoreUnavailable, refused.Code);
            Assert.Contains("the disk may be full", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("/dev/full", refused.Message, StringComparison.Ordinal);
        }

        Assert.True(_space.TryTake(Size));
    }
}
