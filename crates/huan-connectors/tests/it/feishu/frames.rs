//! Frames of the long connection, written and read by hand from §5.3: nothing here is the connector's.

/// A frame as far as the tests need it.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Frame {
    pub(super) seq_id: u64,
    pub(super) log_id: u64,
    pub(super) service: u64,
    pub(super) method: u64,
    pub(super) headers: Vec<(String, String)>,
    pub(super) payload: Vec<u8>,
}

impl Frame {
    /// Part `seq` of `sum` of an event.
    pub(super) fn event(id: &str, sum: usize, seq: usize, payload: &[u8]) -> Self {
        let headers = [("type", "event"), ("message_id", id), ("sum", &sum.to_string()), ("seq", &seq.to_string())]
            .map(|(key, value)| (key.to_owned(), value.to_owned()));
        Self { seq_id: 11, log_id: 12, service: 9, method: 1, headers: headers.to_vec(), payload: payload.to_vec() }
    }

    /// A pong, which may carry a `ClientConfig`.
    pub(super) fn pong(payload: &str) -> Self {
        let headers = vec![("type".to_owned(), "pong".to_owned())];
        Self { headers, payload: payload.as_bytes().to_vec(), ..Self::default() }
    }

    pub(super) fn header(&self, key: &str) -> Option<&str> {
        self.headers.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (field, value) in [(1, self.seq_id), (2, self.log_id), (3, self.service), (4, self.method)] {
            varint(&mut out, field << 3);
            varint(&mut out, value);
        }
        for (key, value) in &self.headers {
            let mut header = Vec::new();
            bytes(&mut header, 1, key.as_bytes());
            bytes(&mut header, 2, value.as_bytes());
            bytes(&mut out, 5, &header);
        }
        // The Go side always writes these.
        for field in [6, 7] {
            bytes(&mut out, field, b"");
        }
        bytes(&mut out, 8, &self.payload);
        bytes(&mut out, 9, b"");
        out
    }

    pub(super) fn decode(mut input: &[u8]) -> Self {
        let mut frame = Self::default();
        let input = &mut input;
        while !input.is_empty() {
            match take_varint(input) {
                0x08 => frame.seq_id = take_varint(input),
                0x10 => frame.log_id = take_varint(input),
                0x18 => frame.service = take_varint(input),
                0x20 => frame.method = take_varint(input),
                0x2a => {
                    let mut header = take_bytes(input);
                    let header = &mut header;
                    let mut pair = (String::new(), String::new());
                    while !header.is_empty() {
                        match take_varint(header) {
                            0x0a => pair.0 = String::from_utf8(take_bytes(header).to_vec()).unwrap(),
                            0x12 => pair.1 = String::from_utf8(take_bytes(header).to_vec()).unwrap(),
                            other => panic!("header field {other:#x}"),
                        }
                    }
                    frame.headers.push(pair);
                }
                0x42 => frame.payload = take_bytes(input).to_vec(),
                0x32 | 0x3a | 0x4a => drop(take_bytes(input)),
                other => panic!("frame field {other:#x}"),
            }
        }
        frame
    }
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap());
}

fn bytes(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

fn take_varint(input: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let (byte, rest) = input.split_first().unwrap();
        *input = rest;
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return value;
        }
    }
}

fn take_bytes<'a>(input: &mut &'a [u8]) -> &'a [u8] {
    let length = usize::try_from(take_varint(input)).unwrap();
    let (taken, rest) = input.split_at(length);
    *input = rest;
    taken
}
