using System;
using System.Globalization;
using System.IO;
using System.Reflection;

namespace Fcemu
{
    /// <summary>Writes the platform's log records: 2017-07-05T05:13:35.920Z &lt;request id&gt; [INFO] message, in UTC.</summary>
    internal sealed class Log
    {
        private const int Longest = 128 << 10; // characters of one record
        private const int Information = 2;
        private static readonly string[] Levels = { "TRACE", "DEBUG", "INFO", "WARNING", "ERROR", "ERROR", "UNKNOWN" };

        private readonly TextWriter console = Console.Out; // whatever the function makes of that
        public volatile string RequestId = "";
        private volatile int least = Information;

        public void Write(string level, string message)
        {
            string time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            string record = time + " " + RequestId + " [" + level + "] " + message;
            console.WriteLine(record.Length > Longest ? record.Substring(0, Longest) : record);
        }

        /// <summary>Answers for IFcLogger, which is an ILogger of Microsoft.Extensions.Logging with a level.</summary>
        public object Invoke(MethodInfo method, object[] arguments)
        {
            switch (method.Name)
            {
                case "Log":
                    int level = Convert.ToInt32(arguments[0]);
                    if (level >= least)
                    {
                        Write(Levels[Math.Min(level, Levels.Length - 1)], (string)((Delegate)arguments[4]).DynamicInvoke(arguments[2], arguments[3]));
                    }
                    return null;
                case "IsEnabled":
                    return Convert.ToInt32(arguments[0]) >= least;
                case "get_EnabledLogLevel":
                    return Enum.ToObject(method.ReturnType, least);
                case "set_EnabledLogLevel":
                    least = Convert.ToInt32(arguments[0]);
                    return null;
                default: // BeginScope
                    return null;
            }
        }
    }
}
