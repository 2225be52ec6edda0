//! The frames of the long connection (Feishu §5.3). Required fields are written even when zero.

use prost::Message as _;

use super::options::ClientConfig;

/// A header of a frame.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Header {
    #[prost(string, required, tag = "1")]
    pub(super) key: String,
    #[prost(string, required, tag = "2")]
    pub(super) value: String,
}

/// A frame.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Frame {
    #[prost(uint64, required, tag = "1")]
    pub(super) seq_id: u64,
    #[prost(uint64, required, tag = "2")]
    pub(super) log_id: u64,
    #[prost(int32, required, tag = "3")]
    pub(super) service: i32,
    /// 0 control, 1 data.
    #[prost(int32, required, tag = "4")]
    pub(super) method: i32,
    #[prost(message, repeated, tag = "5")]
    pub(super) headers: Vec<Header>,
    #[prost(string, optional, tag = "6")]
    pub(super) payload_encoding: Option<String>,
    #[prost(string, optional, tag = "7")]
    pub(super) payload_type: Option<String>,
    #[prost(bytes = "vec", optional, tag = "8")]
    pub(super) payload: Option<Vec<u8>>,
    #[prost(string, optional, tag = "9")]
    pub(super) log_id_new: Option<String>,
}

pub(super) const CONTROL: i32 = 0;
pub(super) const DATA: i32 = 1;

impl Frame {
    pub(super) fn new(service: i32, method: i32, headers: &[(&str, &str)]) -> Self {
        let headers =
            headers.iter().map(|(key, value)| Header { key: (*key).into(), value: (*value).into() }).collect();
        Self { service, method, headers, ..Self::default() }
    }

    pub(super) fn header(&self, key: &str) -> Option<&str> {
        self.headers.iter().find(|header| header.key == key).map(|header| header.value.as_str())
    }

    /// The answer to a ping.
    pub(super) fn pong(service: i32, config: &ClientConfig) -> Self {
        Self { payload: serde_json::to_vec(config).ok(), ..Self::new(service, CONTROL, &[("type", "pong")]) }
    }

    /// The frames that carry `payload` in pieces of at most `most` bytes.
    pub(super) fn data(
        service: i32,
        seq_id: u64,
        message_id: &str,
        trace_id: &str,
        millis: i64,
        payload: &[u8],
        most: usize,
    ) -> Vec<Self> {
        let parts: Vec<&[u8]> = payload.chunks(most.max(1)).collect();
        let (sum, timestamp) = (parts.len().to_string(), millis.to_string());
        let frame = |(seq, part): (usize, &&[u8])| {
            let seq = seq.to_string();
            let headers = [
                ("type", "event"),
                ("message_id", message_id),
                ("sum", &sum),
                ("seq", &seq),
                ("trace_id", trace_id),
                ("timestamp", &timestamp),
                ("instance_id", "sim"),
            ];
            Self { seq_id, log_id: seq_id, payload: Some(part.to_vec()), ..Self::new(service, DATA, &headers) }
        };
        parts.iter().enumerate().map(frame).collect()
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.encode_to_vec()
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        Self::decode(bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: i32 = 33_554_678;
    const PING: &str = "0800100018f681801020002a0c0a0474797065120470696e67";
    const PONG: &str = "0800100018f681801020002a0c0a04747970651204706f6e6742547b225265636f6e6e656374436f756e74223a2d312c225265636f6e6e656374496e74657276616c223a3132302c225265636f6e6e6563744e6f6e6365223a33302c2250696e67496e74657276616c223a3132307d";
    const DATA_BYTES: &str = "0801100218f681801020012a0d0a047479706512056576656e742a130a0a6d6573736167655f696412056d73672d312a080a0373756d1201312a080a037365711201302a100a0874726163655f6964120474722d31425d7b22736368656d61223a22322e30222c22686561646572223a7b226576656e745f6964223a2265765f31222c226576656e745f74797065223a22696d2e6d6573736167652e726563656976655f7631227d2c226576656e74223a7b7d7d";
    const REPLY: &str = "0801100218f681801020012a0d0a047479706512056576656e742a130a0a6d6573736167655f696412056d73672d312a080a0373756d1201312a080a037365711201302a100a0874726163655f6964120474722d312a0b0a0662697a5f727412013742277b22636f6465223a3230302c2268656164657273223a6e756c6c2c2264617461223a6e756c6c7d";

    #[test]
    fn the_worked_frames_of_the_reference_come_out() {
        assert_eq!(hex::encode(Frame::new(SERVICE, CONTROL, &[("type", "ping")]).bytes()), PING);
        assert_eq!(hex::encode(Frame::pong(SERVICE, &ClientConfig::default()).bytes()), PONG);
        let headers = [("type", "event"), ("message_id", "msg-1"), ("sum", "1"), ("seq", "0"), ("trace_id", "tr-1")];
        let payload =
            br#"{"schema":"2.0","header":{"event_id":"ev_1","event_type":"im.message.receive_v1"},"event":{}}"#
                .to_vec();
        let data = Frame { seq_id: 1, log_id: 2, payload: Some(payload), ..Frame::new(SERVICE, DATA, &headers) };
        assert_eq!(hex::encode(data.bytes()), DATA_BYTES);
    }

    #[test]
    fn the_worked_reply_of_the_reference_is_read_and_so_are_the_empty_strings_of_the_go_sdk() {
        let reply = Frame::read(&hex::decode(REPLY).unwrap()).unwrap();
        assert_eq!(reply.header("message_id"), Some("msg-1"));
        assert_eq!(reply.header("biz_rt"), Some("7"));
        assert_eq!(reply.payload.as_deref(), Some(br#"{"code":200,"headers":null,"data":null}"#.as_slice()));
        let from_go = hex::decode(format!("{PING}32003a004a00")).unwrap();
        assert_eq!(Frame::read(&from_go).unwrap().header("type"), Some("ping"));
    }

    #[test]
    fn a_long_payload_is_split_and_the_parts_join_to_the_whole() {
        let frames = Frame::data(1, 5, "m", "t", 0, b"abcdefgh", 3);
        assert_eq!(frames.iter().map(|frame| frame.header("seq").unwrap()).collect::<Vec<_>>(), ["0", "1", "2"]);
        assert!(frames.iter().all(|frame| frame.header("sum") == Some("3")));
        let whole: Vec<u8> = frames.iter().flat_map(|frame| frame.payload.clone().unwrap()).collect();
        assert_eq!(whole, b"abcdefgh");
    }
}
