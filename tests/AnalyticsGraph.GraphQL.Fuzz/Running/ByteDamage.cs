namespace AnalyticsGraph.GraphQL.Fuzz.Running;

/// <summary>Changes bytes without knowing what they mean.</summary>
internal static class ByteDamage
{
    private const int Longest = 100_000;

    /// <summary>One to three changes.</summary>
    /// <param name="input">The bytes; left as they are.</param>
    /// <param name="pieces">What is inserted, and repeated, besides random bytes.</param>
    /// <param name="random">Decides.</param>
    public static byte[] Apply(byte[] input, byte[][] pieces, Random random)
    {
        var bytes = new List<byte>(input);
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(bytes.Count + 1);
            var length = Math.Min(random.Next(1, 20), bytes.Count - at);
            switch (random.Next(8))
            {
                case 0 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3 when random.Next(4) == 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 4:
                    bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                    break;
                case 5 when random.Next(20) == 0:
                    bytes.InsertRange(at, Repeated(pieces[random.Next(pieces.Length)], random));
                    break;
                default:
                    bytes.InsertRange(at, pieces[random.Next(pieces.Length)]);
                    break;
            }
        }

        return [.. bytes];
    }

    private static byte[] Repeated(byte[] piece, Random random)
    {
        var times = Math.Min(1 << random.Next(1, 16), Longest / Math.Max(1, piece.Length));
        var all = new byte[piece.Length * times];
        for (var i = 0; i < times; i++)
        {
            piece.CopyTo(all, i * piece.Length);
        }

        return all;
    }
}
