using System;
using System.Collections.Generic;

namespace Fcemu
{
    /// <summary>The facts that hold for the life of the instance, in the order of the setup frame.</summary>
    internal sealed class Setup
    {
        private const int Own = 19; // index of the first field that is for .NET alone

        public readonly string Folder, Name, Version, Service, LogProject, LogStore, Region, Account;
        public readonly string[] Handlers; // by hook
        public readonly int Memory, Timeout, InitializationTimeout;
        public string Key, Secret, Token; // of the role

        public Setup(Frame frame)
        {
            List<string> fields = Strings(frame);
            Folder = fields[1];
            Handlers = new[] { fields[3], fields[4], fields[5], fields[6] };
            Name = fields[7];
            Memory = int.Parse(fields[8]);
            Timeout = int.Parse(fields[9]);
            Version = fields[10];
            Service = fields[11];
            LogProject = fields[12];
            LogStore = fields[13];
            Region = fields[14];
            Account = fields[15];
            Take(fields, 16);
            InitializationTimeout = int.Parse(fields[Own]);
            for (int i = Own + 1; i < fields.Count; i++) // variables that were for the start alone
            {
                Environment.SetEnvironmentVariable(fields[i], null);
            }
        }

        /// <summary>The name of the function's main assembly.</summary>
        public string Assembly
        {
            get
            {
                int end = Handlers[0].IndexOf("::", StringComparison.Ordinal);
                return end < 0 ? Handlers[0] : Handlers[0].Substring(0, end);
            }
        }

        /// <summary>Takes the credentials that the role has from now on.</summary>
        public void Renew(Frame frame) => Take(Strings(frame), 0);

        private void Take(List<string> fields, int first)
        {
            Key = fields[first];
            Secret = fields[first + 1];
            Token = fields[first + 2];
        }

        private static List<string> Strings(Frame frame)
        {
            var fields = new List<string>();
            while (frame.More)
            {
                fields.Add(frame.Text(frame.Int()));
            }
            return fields;
        }
    }
}
