namespace AnalyticsGraph.GraphQL.Language;

/// <content>Sections 2.9.1 and 2.9.2: integers and floats.</content>
internal ref partial struct Utf8Lexer
{
    private void ReadNumber()
    {
        Begin(TokenKind.Int);
        var at = _position;
        at += At(at) == '-' ? 1 : 0;
        if (At(at) == '0')
        {
            at++;
            if (IsDigit(At(at)))
            {
                throw Error(at, $"Invalid number, unexpected digit after 0: {DescribeCharacter(at)}.");
            }
        }
        else
        {
            at = PassDigits(at);
        }

        if (At(at) == '.')
        {
            Kind = TokenKind.Float;
            at = PassDigits(at + 1);
        }

        if (At(at) is 'e' or 'E')
        {
            Kind = TokenKind.Float;
            at++;
            at = PassDigits(At(at) is '+' or '-' ? at + 1 : at);
        }

        if (At(at) is '.' or '_' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z'))
        {
            throw Error(at, $"Invalid number, expected digit but got: {DescribeCharacter(at)}.");
        }

        Finish(at);
    }

    private readonly int PassDigits(int at)
    {
        if (!IsDigit(At(at)))
        {
            throw Error(at, $"Invalid number, expected digit but got: {DescribeCharacter(at)}.");
        }

        do
        {
            at++;
        }
        while (IsDigit(At(at)));
        return at;
    }

    private static bool IsDigit(int character) => character is >= '0' and <= '9';
}
